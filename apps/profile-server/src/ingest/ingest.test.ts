import { gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { encodePprof } from '@hsi/pprof-codec';
import { ProfileTablesBuilder } from '@hsi/profile-model';
import { PushRequestSchema } from '@hsi/pyroscope-api/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MS, pprof, RANGE, TestClient, TYPE } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let client: TestClient;
async function start(...args: Parameters<typeof startTestServer>): Promise<void> {
  server = await startTestServer(...args);
  client = new TestClient(server);
}
beforeEach(() => start());
afterEach(() => server.close());

async function restart(...args: Parameters<typeof startTestServer>): Promise<void> {
  await server.close();
  await start(...args);
}

describe('ingest', () => {
  test('64-bit values go in and come out exact', async () => {
    await client.push(pprof(`a ${2n ** 62n + 1n}\nb 1`));
    expect(await client.total()).toBe(String(2n ** 62n + 2n));
    const profile = await client.ask('SelectMergeProfile', {
      ...RANGE,
      profileTypeID: TYPE,
      labelSelector: '{}',
    });
    expect(profile.body).toContain(`"${2n ** 62n + 1n}"`);
  });

  test('gzip around gzip, and the older address', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/pyroscope/ingest?name=app&format=pprof',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync(gzipSync(pprof())),
    });
    expect(answer.statusCode).toBe(200);
    expect(await client.total()).toBe('5');
  });

  test('a profile without a time has that of the request', async () => {
    await client.push(pprof('a 7', 0), `name=app&format=pprof&from=${MS / 1_000}`);
    expect(await client.total()).toBe('7');
  });

  test('a service name among the labels is the service', async () => {
    await client.push(
      pprof(),
      'name=app%7Bservice_name%3Dother%2C__hidden%3D1%2Czone%3Dx%7D&format=pprof',
    );
    const series = await client.ask('Series', {
      ...RANGE,
      labelNames: ['service_name', 'app_name', 'zone', '__hidden'],
    });
    expect(series.json()).toEqual({
      labelsSet: [
        {
          labels: [
            { name: 'app_name', value: 'app' },
            { name: 'service_name', value: 'other' },
            { name: 'zone', value: 'x' },
          ],
        },
      ],
    });
  });

  test('display names of a form name the profile', async () => {
    const boundary = 'b0';
    const part = (name: string, content: Buffer) =>
      Buffer.concat([
        Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n`),
        content,
        Buffer.from('\r\n'),
      ]);
    const config = Buffer.from(JSON.stringify({ cpu: { 'display-name': 'block_duration' } }));
    const form = Buffer.concat([
      part('profile', gzipSync(pprof())),
      part('sample_type_config', config),
      Buffer.from(`--${boundary}--\r\n`),
    ]);
    const headers = { 'content-type': `multipart/form-data; boundary="${boundary}"` };
    expect((await client.push(form, 'name=app', headers)).statusCode).toBe(200);
    const types = await client.ask('ProfileTypes', RANGE);
    expect(types.body).toContain('block:cpu:nanoseconds:cpu:nanoseconds');
  });

  test('push.v1 in protobuf', async () => {
    const message = create(PushRequestSchema, {
      series: [
        {
          labels: [
            { name: '__name__', value: 'process_cpu' },
            { name: 'service_name', value: 'go' },
          ],
          samples: [{ rawProfile: pprof() }, { rawProfile: gzipSync(pprof('a 1')) }],
        },
      ],
    });
    const answer = await server.app.inject({
      method: 'POST',
      url: '/push.v1.PusherService/Push',
      headers: { 'content-type': 'application/proto', 'content-encoding': 'gzip' },
      body: gzipSync(toBinary(PushRequestSchema, message)),
    });
    expect([answer.statusCode, answer.rawPayload.length]).toEqual([200, 0]);
    expect(await client.total('{service_name="go"}')).toBe('6');
  });

  test('an empty body is an empty message, with gzip as its encoding as well', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/push.v1.PusherService/Push',
      headers: { 'content-type': 'application/proto', 'content-encoding': 'gzip' },
    });
    expect([answer.statusCode, answer.rawPayload.length]).toEqual([200, 0]);
    const profile = await client.push('', undefined, { 'content-encoding': 'gzip' });
    expect(profile.json<{ message: string }>().message).toContain('profile is empty');
  });

  test('a bomb is stopped while it inflates', async () => {
    await restart({
      decodeLimits: {
        inflatedBytes: 100_000,
        samples: 10,
        stackDepth: 10,
        stringBytes: 100,
        sampleLabels: 5,
      },
    });
    const answer = await client.push(gzipSync(Buffer.alloc(50_000_000)));
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(
      'gzip inflates to more than 100000 bytes. The setting INGEST_INFLATED_LIMIT raises the limit.',
    );
    const encoded = await client.push(gzipSync(Buffer.alloc(50_000_000)), undefined, {
      'content-encoding': 'gzip',
    });
    expect(encoded.statusCode).toBe(413);
  });

  test('a body beyond the limit is 413', async () => {
    await restart({ bodyBytes: 10 });
    const answer = await client.push(pprof());
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toEqual({
      code: 'payload_too_large',
      message:
        'The request body is larger than 10 bytes. The setting INGEST_BODY_LIMIT raises the limit.',
    });
  });

  test('a token, when one is set', async () => {
    await restart({ ingestToken: 'secret' });
    const status = async (authorization?: string) =>
      (await client.push(pprof(), undefined, authorization === undefined ? {} : { authorization }))
        .statusCode;
    expect(await status()).toBe(401);
    expect(await status('Bearer wrong!')).toBe(401);
    expect(await status('Bearer secret')).toBe(200);
    expect(await status(`Basic ${Buffer.from('user:secret').toString('base64')}`)).toBe(200);
    expect((await client.ask('ProfileTypes', RANGE)).statusCode).toBe(200);
  });

  test('one too many at a time is 429 and says when to try again', async () => {
    await restart({ concurrentIngests: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.push(pprof())));
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.headers['retry-after']).toBe('1');
    const stored = answers.filter(({ statusCode }) => statusCode === 200).length;
    expect(await client.total()).toBe(String(5 * stored));
    expect((await client.push(pprof())).statusCode).toBe(200);
  });
});

/** A form with a profile and other parts, as Go's SDK sends it. */
function form(parts: Record<string, Buffer | string>): { body: Buffer; type: string } {
  const chunks = Object.entries(parts).flatMap(([name, content]) => [
    Buffer.from(
      `--b0\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.pprof"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    ),
    Buffer.from(content),
    Buffer.from('\r\n'),
  ]);
  return {
    body: Buffer.concat([...chunks, Buffer.from('--b0--\r\n')]),
    type: 'multipart/form-data; boundary=b0',
  };
}

describe('as SDKs send it', () => {
  test("Go's: a form, times in nanoseconds, no format", async () => {
    const config = { cpu: { units: 'samples', 'display-name': 'cpu', sampled: true } };
    const { body, type } = form({
      profile: gzipSync(pprof()),
      sample_type_config: JSON.stringify(config),
    });
    const query = new URLSearchParams({
      name: 'app{region=eu-west-1,version=1.2}',
      from: `${MS}000000`,
      until: `${MS + 15_000}000000`,
      spyName: 'gospy',
      sampleRate: '100',
      units: 'samples',
      aggregationType: 'sum',
    });
    const answer = await client.push(body, query.toString(), { 'content-type': type });
    expect([answer.statusCode, answer.body]).toEqual([200, '']);
    expect(await client.total('{service_name="app",region="eu-west-1",version="1.2"}')).toBe('5');
    expect(await client.total('{pyroscope_spy="gospy"}')).toBe('5');
  });

  test("Go's with format=pprof as well", async () => {
    const { body, type } = form({ profile: pprof() });
    await client.push(body, 'name=app&format=pprof', { 'content-type': type });
    expect(await client.total()).toBe('5');
  });

  test("Python's and Ruby's: functions are named with their files", async () => {
    const builder = new ProfileTablesBuilder();
    builder.add([builder.frame('main', 'app.py', 3), builder.frame('work', 'lib.py', 7)], [5]);
    const cpu = { type: 'cpu', unit: 'nanoseconds' };
    const tables = builder.build({ sampleTypes: [cpu], periodType: cpu, period: 1 });
    const body = Buffer.from(encodePprof({ ...tables, timeNanos: BigInt(MS) * 1_000_000n }));
    for (const spy of ['pyspy', 'rbspy', 'nodespy']) {
      await client.push(body, `name=${spy}&format=pprof&spyName=${spy}&sampleRate=0`);
      const answer = await client.ask('SelectMergeStacktraces', {
        ...RANGE,
        profileTypeID: TYPE,
        labelSelector: `{service_name="${spy}"}`,
      });
      const { names } = answer.json<{ flamegraph: { names: string[] } }>().flamegraph;
      expect(names).toEqual(
        spy === 'nodespy' ? ['total', 'main', 'work'] : ['total', 'app.py main', 'lib.py work'],
      );
    }
  });

  test(".NET's: types with dashes", async () => {
    const builder = new ProfileTablesBuilder();
    builder.add([builder.frame('Main')], [5]);
    const type = { type: 'inuse-space', unit: 'bytes' };
    const tables = builder.build({ sampleTypes: [type], periodType: type, period: 1 });
    await client.push(
      Buffer.from(encodePprof({ ...tables, timeNanos: BigInt(MS) * 1_000_000n })),
      'name=net&format=pprof&spyName=dotnetspy',
    );
    const types = await client.ask('ProfileTypes', RANGE);
    expect(types.body).toContain('"memory:inuse_space:bytes:inuse-space:bytes"');
  });

  test("Rust's: folded lines without a content type", async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: `/ingest?name=rust&from=${MS / 1_000}&until=${MS / 1_000 + 10}&format=folded&sampleRate=100&spyName=pyroscope-rs`,
      headers: { 'content-type': undefined },
      body: Buffer.from('main;work 3\n'),
    });
    expect(answer.statusCode).toBe(200);
    expect(await client.total('{service_name="rust"}')).toBe('30000000');
  });

  test.each([
    ['app.cpu', 'app', TYPE, '30000000'],
    ['app.wall', 'app', 'wall:wall:nanoseconds:cpu:nanoseconds', '30000000'],
    ['app.alloc_space', 'app', 'memory:alloc_space:bytes::', '3'],
    ['my.app', 'my.app', TYPE, '30000000'],
    ['.cpu', '.cpu', TYPE, '30000000'],
  ])('old agents say the type in the name: %s', async (name, service, type, total) => {
    await client.push('main 3', `name=${name}&from=${MS / 1_000}`, {
      'content-type': 'text/plain',
    });
    expect(await client.total(`{service_name="${service}"}`, {}, type)).toBe(total);
  });

  test("py-spy's speedscope of allocations is memory", async () => {
    const file = {
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      shared: { frames: [{ name: 'main' }] },
      profiles: [
        {
          type: 'sampled',
          name: 'thread',
          unit: 'bytes',
          startValue: 0,
          endValue: 9,
          samples: [[0]],
          weights: [9],
        },
      ],
    };
    await client.push(JSON.stringify(file), `name=app&format=speedscope&from=${MS / 1_000}`);
    expect(await client.total('{}', {}, 'memory:alloc_space:bytes:space:bytes')).toBe('9');
  });

  test.each([
    ['seconds', MS / 1_000],
    ['milliseconds', MS],
    ['nanoseconds', `${MS}000000`],
  ])('a time in %s', async (_unit, from) => {
    await client.push('main 1', `name=app&from=${from}`);
    expect(await client.total()).toBe('10000000');
  });

  test.each([
    ['x', '10000000'],
    ['NaN', '10000000'],
    ['0', '10000000'],
    ['0.5', '2000000000'],
    ['1e-9', '1000000000000000000'],
    ['1000000000', '1'],
  ])('the sample rate %s: a sample counts %s ns', async (rate, total) => {
    const answer = await client.push('main 1', `name=app&from=${MS}&sampleRate=${rate}`);
    expect(answer.statusCode).toBe(200);
    expect(await client.total()).toBe(total);
  });

  test.each(['0', String(MS / 1_000 - 60), 'x'])(
    'an end that is no end of the profile is not looked at: %s',
    async (until) => {
      await client.push('main 1', `name=app&from=${MS}&until=${until}`);
      expect(await client.total()).toBe('10000000');
    },
  );

  test('no times at all: the profile is of now', async () => {
    await restart({ now: () => MS });
    await client.push('main 1', 'name=app');
    expect(await client.total()).toBe('10000000');
  });
});

describe('a push of several profiles', () => {
  const labels = (service: string) => [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: service },
  ];
  const sample = (body: Buffer) => ({ rawProfile: body.toString('base64') });
  const push = (series: object[]) =>
    client.post('/push.v1.PusherService/Push', JSON.stringify({ series }));

  test('stores all series and samples', async () => {
    const answer = await push([
      { labels: labels('a'), samples: [sample(pprof('x 1')), sample(pprof('x 2'))] },
      { labels: labels('b'), samples: [sample(pprof('y 4'))] },
    ]);
    expect(answer.body).toBe('{}');
    expect([await client.total('{service_name="a"}'), await client.total()]).toEqual(['3', '7']);
  });

  test.each<[string, object, string]>([
    [
      'a profile that is none',
      { labels: labels('b'), samples: [sample(pprof()), sample(Buffer.from('nope'))] },
      'series[1].samples[1], ',
    ],
    [
      'a profile that is empty',
      { labels: labels('b'), samples: [{}] },
      'samples[0], profile is empty',
    ],
    ['no name', { labels: [labels('b')[1]], samples: [sample(pprof())] }, '__name__'],
    [
      'a name with a colon',
      {
        labels: [{ name: '__name__', value: 'a:b' }, labels('b')[1]],
        samples: [sample(pprof())],
      },
      'series[1], label __name__, is "a:b"',
    ],
    [
      'a label without a name',
      { labels: [...labels('b'), { value: 'x' }], samples: [sample(pprof())] },
      'series[1] has a label without a name; its value is "x"',
    ],
    [
      'a label twice',
      { labels: [...labels('b'), ...labels('b')], samples: [sample(pprof())] },
      'series[1] has the label "__name__" twice',
    ],
    [
      'too many labels',
      {
        labels: [
          ...labels('b'),
          ...Array.from({ length: 60 }, (_, at) => ({ name: `l${at}`, value: 'x' })),
        ],
        samples: [sample(pprof())],
      },
      'The setting LABELS_PER_SERIES raises the limit',
    ],
  ])('stores nothing when one has %s', async (_what, bad, sentence) => {
    const answer = await push([{ labels: labels('a'), samples: [sample(pprof())] }, bad]);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(sentence);
    expect(await client.total()).toBe('0');
  });
});
