import { afterAll, beforeAll, expect, test } from 'vitest';
import { METHODS } from './query/methods.ts';
import { MS, pprof, RANGE, TestClient, TYPE } from './testing/requests.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

/** A server with two tenants, and one that never heard of the first of them. */
let both: TestServer;
let alone: TestServer;
const ONE = { 'x-scope-orgid': 'one' };
const TWO = { 'x-scope-orgid': 'two' };

async function fill(client: TestClient, tenant: Record<string, string>, word: string) {
  const name = encodeURIComponent(`${word}-service{zone=${word}-zone}`);
  await client.push(pprof(`${word};work 5`), `name=${name}&format=pprof&spyName=${word}`, tenant);
  const series = {
    labels: [
      { name: '__name__', value: `${word}_name` },
      { name: 'service_name', value: `${word}-pushed` },
    ],
    samples: [{ rawProfile: pprof(`${word} 3`, MS + 60_000).toString('base64') }],
  };
  await client.post('/push.v1.PusherService/Push', JSON.stringify({ series: [series] }), tenant);
}

const pin = (client: TestClient, tenant: Record<string, string>, note: string) =>
  client.post('/pins', JSON.stringify({ from: MS, to: MS + 1, note }), tenant);

beforeAll(async () => {
  [both, alone] = await Promise.all([startTestServer(), startTestServer()]);
  await fill(new TestClient(both), ONE, 'secret');
  for (const server of [both, alone]) await fill(new TestClient(server), TWO, 'public');
});
afterAll(() => Promise.all([both.close(), alone.close()]));

const select = { ...RANGE, profileTypeID: TYPE, labelSelector: '{}' };

/** A question for each method that finds everything it can. */
const QUESTIONS: Record<string, object> = {
  ProfileTypes: RANGE,
  LabelNames: RANGE,
  LabelValues: { ...RANGE, name: 'service_name' },
  Series: RANGE,
  SelectMergeStacktraces: select,
  SelectMergeSpanProfile: { ...select, spanSelector: ['00f067aa0ba902b7'] },
  SelectMergeProfile: select,
  SelectSeries: { ...select, step: 15, groupBy: ['service_name', 'zone'] },
  Diff: { left: select, right: select },
  GetProfileStats: {},
};

const QUERY = encodeURIComponent(`${TYPE}{}`);
const TIMES = `from=${MS - 1_000}&until=${MS + 100_000}`;
const PATHS = [
  `/pyroscope/render?query=${QUERY}&${TIMES}`,
  `/pyroscope/render?query=${QUERY}&${TIMES}&format=dot`,
  `/pyroscope/render-diff?leftQuery=${QUERY}&rightQuery=${QUERY}&leftFrom=${MS - 9}&leftUntil=${MS}&rightFrom=${MS}&rightUntil=${MS + 9}`,
  '/export',
  '/pins',
  '/',
];

const CALLS: [string, (client: TestClient, headers: Record<string, string>) => Promise<string>][] =
  [
    ...Object.entries(QUESTIONS).map(([method, body]): (typeof CALLS)[number] => [
      method,
      async (client, headers) => (await client.ask(method, body, headers)).body,
    ]),
    ...PATHS.map((path): (typeof CALLS)[number] => [
      path,
      async (client, headers) =>
        // The size on disk, and the numbers by which an export goes on, are all tenants' together.
        (await client.get(path, headers)).body.replace(
          /[\d.]+ MB on disk|(?<=T\d{4}-\d+):\d+/g,
          '',
        ),
    ]),
  ];

test('every method is asked', () => {
  expect(Object.keys(QUESTIONS).sort()).toEqual(Object.keys(METHODS).sort());
});

test.each(CALLS)('%s answers each tenant as if there were no other', async (_name, ask) => {
  const [shared, own] = [new TestClient(both), new TestClient(alone)];
  const answer = await ask(shared, TWO);
  expect(answer).toBe(await ask(own, TWO));
  expect(answer).not.toContain('secret');
  for (const nobody of [{}, { 'x-scope-orgid': 'three' }]) {
    expect(await ask(shared, nobody)).toBe(await ask(own, nobody));
  }
});

test('a tenant finds its own', async () => {
  const client = new TestClient(both);
  expect((await client.ask('Series', RANGE, ONE)).body).toContain('secret-service');
  expect((await client.ask('Series', RANGE, ONE)).body).not.toContain('public');
  expect((await client.get('/export', ONE)).body).toContain('secret-pushed');
});

test('a pin belongs to its tenant, who alone can remove it', async () => {
  const client = new TestClient(both);
  const { id } = (await pin(client, ONE, 'secret baseline')).json<{ id: string }>();
  const remove = (headers: Record<string, string>) =>
    both.app.inject({ method: 'DELETE', url: `/pins/${id}`, headers });
  expect((await client.get('/pins', TWO)).json()).toEqual({ pins: [] });
  expect((await remove(TWO)).statusCode).toBe(404);
  expect((await remove(ONE)).statusCode).toBe(204);
});

test('metrics name no tenant and nothing that a tenant stored', async () => {
  const { body } = await new TestClient(both).get('/metrics', TWO);
  expect(body).not.toMatch(/secret|public|tenant="/);
});

test('what is not a tenant is refused', async () => {
  for (const name of ['a/b', '..', 'a b', 'x'.repeat(151)]) {
    const headers = { 'x-scope-orgid': name };
    const answer = await new TestClient(both).ask('LabelNames', RANGE, headers);
    expect(answer.statusCode).toBe(400);
  }
});
