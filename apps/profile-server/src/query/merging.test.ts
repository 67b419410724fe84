import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MS, pprof, RANGE, TestClient, TYPE } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
});
afterAll(() => server.close());

/** One profile: its stack traces, the minute it is of, its zone. */
const drawnProfile = fc.record({
  stacks: fc.dictionary(
    fc
      .array(fc.constantFrom('main', 'work', 'parse'), { minLength: 1, maxLength: 4 })
      .map((frames) => frames.join(';')),
    fc.oneof(fc.integer({ min: 0, max: 9 }), fc.bigInt({ min: 2n ** 53n, max: 2n ** 58n })),
    { minKeys: 1, maxKeys: 4 },
  ),
  minute: fc.integer({ min: 0, max: 12 }),
  zone: fc.constantFrom('a', 'b'),
});
type Drawn = typeof drawnProfile extends fc.Arbitrary<infer T> ? T : never;

const bytesOf = ({ stacks, minute }: Drawn) =>
  pprof(
    Object.entries(stacks)
      .map(([stack, value]) => `${stack} ${value}`)
      .join('\n'),
    MS + minute * 60_000,
  );

async function pushEach(profiles: readonly Drawn[], tenant: string) {
  for (const drawn of profiles) {
    const query = `name=app%7Bzone%3D${drawn.zone}%7D&format=pprof&spyName=x`;
    const answer = await client.push(bytesOf(drawn), query, { 'x-scope-orgid': tenant });
    expect(answer.statusCode).toBe(200);
  }
}

async function pushTogether(profiles: readonly Drawn[], tenant: string) {
  const series = profiles.map((drawn) => ({
    labels: Object.entries({
      __name__: 'process_cpu',
      service_name: 'app',
      pyroscope_spy: 'x',
      zone: drawn.zone,
    }).map(([name, value]) => ({ name, value })),
    samples: [{ rawProfile: bytesOf(drawn).toString('base64') }],
  }));
  const answer = await client.post('/push.v1.PusherService/Push', JSON.stringify({ series }), {
    'x-scope-orgid': tenant,
  });
  expect(answer.statusCode).toBe(200);
}

async function answers(tenant: string) {
  const select = { ...RANGE, profileTypeID: TYPE };
  const ask = async (method: string, body: object) =>
    (await client.ask(method, body, { 'x-scope-orgid': tenant })).json<unknown>();
  return {
    whole: await ask('SelectMergeStacktraces', select),
    part: await ask('SelectMergeStacktraces', { ...select, labelSelector: '{zone="a"}' }),
    series: await ask('SelectSeries', { ...select, step: 60, groupBy: ['zone'] }),
    diff: await ask('Diff', {
      left: { ...select, labelSelector: '{zone="a"}' },
      right: { ...select, labelSelector: '{zone="b"}' },
    }),
    labels: await ask('Series', RANGE),
  };
}

/** What a sum of all the drawn values is. */
function sumOf(profiles: readonly Drawn[]): bigint {
  return profiles
    .flatMap(({ stacks }) => Object.values(stacks))
    .reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
}

test('neither the order nor the batches in which profiles arrive change an answer', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc
        .array(drawnProfile, { minLength: 1, maxLength: 6 })
        .chain((profiles) =>
          fc.tuple(
            fc.constant(profiles),
            fc.shuffledSubarray(profiles, { minLength: profiles.length }),
          ),
        ),
      fc.integer({ min: 0, max: 6 }),
      async ([profiles, shuffled], cut) => {
        run++;
        await pushEach(profiles, `each-${run}`);
        if (cut > 0) await pushTogether(shuffled.slice(0, cut), `batches-${run}`);
        await pushTogether(shuffled.slice(cut), `batches-${run}`);
        const found = await answers(`each-${run}`);
        expect(await answers(`batches-${run}`)).toEqual(found);
        const sum = sumOf(profiles);
        expect(found.whole).toMatchObject({
          flamegraph: sum === 0n ? {} : { total: String(sum) },
        });
      },
    ),
    { numRuns: 25 },
  );
});
