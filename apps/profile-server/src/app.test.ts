import { gunzipSync, gzipSync } from 'node:zlib';
import { create, toBinary } from '@bufbuild/protobuf';
import { encodePprof } from '@hsi/pprof-codec';
import { ProfileTablesBuilder } from '@hsi/profile-model';
import { PushRequestSchema } from '@hsi/pyroscope-api/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const CPU = { type: 'cpu', unit: 'nanoseconds' };
const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const MS = 1_795_397_600_000;

/** pprof of folded lines. */
function pprof(folded = 'main;work 5', timeMs = MS): Buffer {
  const builder = new ProfileTablesBuilder();
  for (const line of folded.split('\n')) {
    const [stack = '', value = '0'] = line.split(' ');
    builder.add(
      stack.split(';').map((frame) => builder.frame(frame)),
      [BigInt(value)],
    );
  }
  const tables = builder.build({ sampleTypes: [CPU], periodType: CPU, period: 1 });
  return Buffer.from(encodePprof({ ...tables, timeNanos: BigInt(timeMs) * 1_000_000n }));
}

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

async function restart(...args: Parameters<typeof startTestServer>): Promise<void> {
  await server.close();
  server = await startTestServer(...args);
}

function push(
  body: Buffer | string,
  query = 'name=app&format=pprof',
  headers: Record<string, string> = {},
) {
  return server.app.inject({
    method: 'POST',
    url: `/ingest?${query}`,
    headers: { 'content-type': 'application/octet-stream', ...headers },
    body,
  });
}

async function ask(method: string, body: object, headers: Record<string, string> = {}) {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/querier.v1.QuerierService/${method}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answer;
}

const RANGE = { start: String(MS - 1_000_000), end: String(MS + 1_000_000) };

async function total(selector = '{}', headers: Record<string, string> = {}): Promise<string> {
  const body = { ...RANGE, profileTypeID: TYPE, labelSelector: selector };
  const answer = await ask('SelectMergeStacktraces', body, headers);
  return answer.json<{ flamegraph: { total?: string } }>().flamegraph.total ?? '0';
}

describe('ingest', () => {
  test('64-bit values go in and come out exact', async () => {
    await push(pprof(`a ${2n ** 62n + 1n}\nb 1`));
    expect(await total()).toBe(String(2n ** 62n + 2n));
    const profile = await ask('SelectMergeProfile', {
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
    expect(await total()).toBe('5');
  });

  test('a profile without a time has that of the request', async () => {
    await push(pprof('a 7', 0), `name=app&format=pprof&from=${MS / 1_000}`);
    expect(await total()).toBe('7');
  });

  test('a service name among the labels is the service', async () => {
    await push(
      pprof(),
      'name=app%7Bservice_name%3Dother%2C__hidden%3D1%2Czone%3Dx%7D&format=pprof',
    );
    const series = await ask('Series', {
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
    expect((await push(form, 'name=app', headers)).statusCode).toBe(200);
    const types = await ask('ProfileTypes', RANGE);
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
    expect(await total('{service_name="go"}')).toBe('6');
  });

  test.each<[string, string, Buffer | string, string]>([
    ['an unknown format', 'name=a&format=jfr', 'x', 'jfr'],
    ['a bad sample rate', 'name=a&sampleRate=x', 'a 1', 'sampleRate'],
    ['a bad time', 'name=a&from=yesterday', 'a 1', 'yesterday'],
    ['an open label set', 'name=a%7Bx%3D1', 'a 1', 'not closed'],
    ['a label without a value', 'name=a%7Bx%7D', 'a 1', 'key=value'],
    ['folded lines that are none', 'name=a&format=folded', 'hello', 'line 1'],
    ['a form without a boundary', 'name=a', 'x', 'boundary'],
  ])('%s is refused with a sentence', async (name, query, body, sentence) => {
    const headers = name.includes('form without') ? { 'content-type': 'multipart/form-data' } : {};
    const answer = await push(body, query, headers as Record<string, string>);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(sentence);
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
    const answer = await push(gzipSync(Buffer.alloc(50_000_000)));
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(
      'inflates to more than 100000 bytes',
    );
  });

  test('a body beyond the limit is 413', async () => {
    await restart({ bodyBytes: 10 });
    const answer = await push(pprof());
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
      413,
      'payload_too_large',
    ]);
  });

  test('a token, when one is set', async () => {
    await restart({ ingestToken: 'secret' });
    const status = async (authorization?: string) =>
      (await push(pprof(), undefined, authorization === undefined ? {} : { authorization }))
        .statusCode;
    expect(await status()).toBe(401);
    expect(await status('Bearer wrong!')).toBe(401);
    expect(await status('Bearer secret')).toBe(200);
    expect(await status(`Basic ${Buffer.from('user:secret').toString('base64')}`)).toBe(200);
    expect((await ask('ProfileTypes', RANGE)).statusCode).toBe(200);
  });

  test('one too many at a time is 429 and says when to try again', async () => {
    await restart({ concurrentIngests: 2 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => push(pprof())));
    const refused = answers.filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.headers['retry-after']).toBe('1');
    const stored = answers.filter(({ statusCode }) => statusCode === 200).length;
    expect(await total()).toBe(String(5 * stored));
    expect((await push(pprof())).statusCode).toBe(200);
  });
});

describe('tenants', () => {
  test('have their own data', async () => {
    await push(pprof(), undefined, { 'x-scope-orgid': 'one' });
    expect(await total('{}', { 'x-scope-orgid': 'one' })).toBe('5');
    expect(await total('{}', { 'x-scope-orgid': 'two' })).toBe('0');
    expect(await total()).toBe('0');
    const stats = await ask('GetProfileStats', {}, { 'x-scope-orgid': 'one' });
    expect(stats.json()).toEqual({
      dataIngested: true,
      oldestProfileTime: String(MS),
      newestProfileTime: String(MS),
    });
    expect((await ask('GetProfileStats', {})).json()).toEqual({});
  });

  test('a name that is none is refused', async () => {
    const answer = await push(pprof(), undefined, { 'x-scope-orgid': 'a/b' });
    expect(answer.statusCode).toBe(400);
  });
});

describe('queries', () => {
  test('of a call site', async () => {
    await push(pprof('main;work 5\nmain;idle 3\nother 1'));
    const body = {
      ...RANGE,
      profileTypeID: TYPE,
      labelSelector: '{}',
      stackTraceSelector: { callSite: [{ name: 'main' }, { name: 'work' }] },
    };
    const { flamegraph } = (await ask('SelectMergeStacktraces', body)).json<{
      flamegraph: { names: string[]; total: string };
    }>();
    expect(flamegraph.names).toEqual(['total', 'main', 'work']);
    expect(flamegraph.total).toBe('5');
  });

  test('label names with dots are for clients that take them', async () => {
    await push(pprof(), 'name=app%7Botel.name%3Dx%7D&format=pprof');
    const accept = { accept: 'application/json; allow-utf8-labelnames=true' };
    expect((await ask('LabelNames', RANGE)).body).not.toContain('otel.name');
    expect((await ask('LabelNames', RANGE, accept)).body).toContain('otel.name');
    expect((await ask('Series', RANGE)).body).not.toContain('otel.name');
    expect((await ask('Series', RANGE, accept)).body).toContain('otel.name');
  });

  test('render-diff', async () => {
    await push(pprof('a 5'));
    await push(pprof('a 7', MS + 10_000));
    const side = (name: string, from: number) =>
      `${name}Query=${encodeURIComponent(`${TYPE}{}`)}&${name}From=${from}&${name}Until=${from + 5_000}`;
    const answer = await server.app.inject({
      url: `/pyroscope/render-diff?${side('left', MS)}&${side('right', MS + 10_000)}`,
    });
    expect(answer.json()).toMatchObject({
      flamebearer: {
        names: ['total', 'a'],
        levels: [
          [0, 5, 0, 0, 7, 0, 0],
          [0, 5, 5, 0, 7, 7, 1],
        ],
        numTicks: 12,
      },
      metadata: { format: 'double' },
      leftTicks: 5,
      rightTicks: 7,
    });
  });

  test.each([
    ['/pyroscope/render?query=nope', 'profile-type'],
    [`/pyroscope/render?query=${TYPE}%7B%7D&format=dot`, 'dot'],
    [`/pyroscope/render?query=${TYPE}%7B%7D&from=9&until=5`, 'after end'],
    [`/pyroscope/render?query=${TYPE}%7B%7D&maxNodes=x`, 'maxNodes'],
  ])('%s is refused', async (url, sentence) => {
    const answer = await server.app.inject({ url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain(sentence);
  });

  test.each<[string, string, object, string]>([
    [
      'a pattern that does not compile',
      'LabelNames',
      { ...RANGE, matchers: ['{a=~"("}'] },
      'regular expression',
    ],
    ['no label name', 'LabelValues', RANGE, 'label name'],
    ['no span', 'SelectMergeSpanProfile', { ...RANGE, profileTypeID: TYPE }, 'span selector'],
    [
      'a malformed span',
      'SelectMergeSpanProfile',
      { ...RANGE, profileTypeID: TYPE, spanSelector: ['xyz'] },
      '16 hex',
    ],
    ['a diff of one side', 'Diff', { left: { ...RANGE, profileTypeID: TYPE } }, 'left and a right'],
    ['no range', 'SelectMergeStacktraces', { profileTypeID: TYPE }, 'time range'],
    [
      'a step below a millisecond',
      'SelectSeries',
      { ...RANGE, profileTypeID: TYPE, step: 0.00001 },
      'step',
    ],
    [
      'a tree as bytes',
      'SelectMergeStacktraces',
      { ...RANGE, profileTypeID: TYPE, format: 'PROFILE_FORMAT_TREE' },
      'TREE',
    ],
  ])('%s is refused', async (_name, method, body, sentence) => {
    const answer = await ask(method, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      code: 'invalid_argument',
      message: expect.stringContaining(sentence) as string,
    });
  });

  test('another content type is 415, broken protobuf 400', async () => {
    expect((await ask('LabelNames', {}, { 'content-type': 'text/html' })).statusCode).toBe(415);
    expect((await ask('LabelNames', {}, { 'content-type': 'application/proto' })).statusCode).toBe(
      400,
    );
  });

  test('large answers are compressed for those who take it', async () => {
    await push(pprof(Array.from({ length: 400 }, (_, index) => `main;f${index} 1`).join('\n')));
    const body = { ...RANGE, profileTypeID: TYPE, labelSelector: '{}' };
    const answer = await ask('SelectMergeStacktraces', body, { 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer.rawPayload).toString()).toContain('"f399"');
  });
});

describe('the rest', () => {
  test('/metrics counts what was stored and every refusal by reason', async () => {
    await push(pprof());
    await push('nope');
    await push(pprof(), 'format=pprof');
    await ask('Nope', {});
    const { body } = await server.app.inject({ url: '/metrics' });
    expect(body).toContain('profile_server_profiles_stored_total 1');
    expect(body).toContain('profile_server_refused_total{reason="malformed"} 1');
    expect(body).toContain('profile_server_refused_total{reason="name"} 1');
    expect(body).toContain('profile_server_refused_total{reason="method"} 1');
    expect(body).toMatch(/request_duration_seconds_count\{route="\/ingest",status="200"\} 1/);
    expect(body).not.toContain('Nope');
    expect(body).toMatch(/profile_server_store_bytes \d{4,}/);
  });

  test('the page names services and types and runs no script', async () => {
    await push(pprof(), `name=${encodeURIComponent('<b>app</b>')}&format=pprof`);
    const page = await server.app.inject({ url: '/' });
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect(page.body).toContain('&lt;b&gt;app&lt;/b&gt;');
    expect(page.body).toContain(TYPE);
    expect(page.body).not.toMatch(/<script|style=/);
    expect((await server.app.inject({ url: '/page.css' })).headers['content-type']).toContain(
      'text/css',
    );
  });

  test('pins', async () => {
    const send = (body: string) =>
      server.app.inject({
        method: 'POST',
        url: '/pins',
        body,
        headers: { 'content-type': 'application/json' },
      });
    expect((await send('{"from": 5, "to": 1}')).statusCode).toBe(400);
    const made = await send('{"from": 1, "to": 5, "note": "baseline"}');
    expect(made.statusCode).toBe(201);
    const { id } = made.json<{ id: string }>();
    const list = await server.app.inject({ url: '/pins' });
    expect(list.json()).toMatchObject({ pins: [{ id, from: 1, to: 5, note: 'baseline' }] });
    const remove = () => server.app.inject({ method: 'DELETE', url: `/pins/${id}` });
    expect((await remove()).statusCode).toBe(204);
    expect((await remove()).statusCode).toBe(404);
  });

  test('what is not there says so', async () => {
    const answer = await server.app.inject({ url: '/nothing?secret=1' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json<{ message: string }>().message).toBe('There is nothing at GET /nothing.');
  });
});
