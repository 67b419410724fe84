import { gunzipSync, gzipSync } from 'node:zlib';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  LabelNamesResponseSchema,
  PushRequestSchema,
  SelectSeriesRequestSchema,
} from '@hsi/pyroscope-api/server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pprof, RANGE, TestClient, TYPE } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const SERVICE = '/querier.v1.QuerierService';
let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
  await client.push(pprof());
});
afterAll(() => server.close());

test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
  'JSON is asked as %s',
  async (type) => {
    const answer = await client.ask('LabelNames', RANGE, { 'content-type': type });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
  },
);

test('binary protobuf; an empty body is an empty message', async () => {
  const answer = await client.post(`${SERVICE}/LabelNames`, Buffer.alloc(0), {
    'content-type': 'application/proto',
  });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/proto']);
  expect(fromBinary(LabelNamesResponseSchema, answer.rawPayload).names).toContain('service_name');
});

test('an error is JSON, also for who asks in protobuf', async () => {
  const message = create(SelectSeriesRequestSchema, { profileTypeID: 'nope', end: 5n });
  const answer = await client.post(
    `${SERVICE}/SelectSeries`,
    Buffer.from(toBinary(SelectSeriesRequestSchema, message)),
    { 'content-type': 'application/proto' },
  );
  expect(answer.statusCode).toBe(400);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  expect(answer.json()).toMatchObject({ code: 'invalid_argument' });
});

test.each<[string, object]>([
  ['numbers for int64', { start: Number(RANGE.start), end: Number(RANGE.end) }],
  ['names as in the proto file', { ...RANGE, label_selector: '{}', group_by: [] }],
  ['names in camel case', { ...RANGE, labelSelector: '{}', groupBy: [] }],
  ['fields that are null', { ...RANGE, labelSelector: null, limit: null, aggregation: null }],
  ['fields that a newer client knows', { ...RANGE, exemplarType: 'ALL', more: [{ x: 1 }] }],
  ['an enum by its name', { ...RANGE, aggregation: 'TIME_SERIES_AGGREGATION_TYPE_AVERAGE' }],
  ['an enum by its number', { ...RANGE, aggregation: 1 }],
])('JSON with %s', async (_what, body) => {
  const answer = await client.ask('SelectSeries', { profileTypeID: TYPE, step: 15, ...body });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ series: [{ points: [{ value: 5 }] }] });
});

test.each(['base64', 'base64url'] as const)('bytes in JSON as %s', async (encoding) => {
  const series = {
    labels: [
      { name: '__name__', value: 'process_cpu' },
      { name: 'service_name', value: encoding },
    ],
    samples: [{ rawProfile: gzipSync(pprof('main;größe 7')).toString(encoding) }],
  };
  const push = '/push.v1.PusherService/Push';
  expect((await client.post(push, JSON.stringify({ series: [series] }))).body).toBe('{}');
  expect(await client.total(`{service_name="${encoding}"}`)).toBe('7');
});

test('a gzip body, and a large answer in gzip for who takes it', async () => {
  await client.push(pprof(Array.from({ length: 400 }, (_, at) => `main;f${at} 1`).join('\n')));
  const body = gzipSync(JSON.stringify({ ...RANGE, profileTypeID: TYPE }));
  const ask = (accept: string) =>
    client.post(`${SERVICE}/SelectMergeStacktraces`, body, {
      'content-encoding': 'gzip',
      'accept-encoding': accept,
    });
  const compressed = await ask('br, gzip');
  expect(compressed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(compressed.rawPayload).toString()).toContain('"f399"');
  expect((await ask('gzip;q=0, identity')).headers['content-encoding']).toBeUndefined();
});

test.each(['br', 'zstd', 'deflate', 'gzip, br'])(
  'the content encoding %s is refused, with what is accepted',
  async (encoding) => {
    for (const url of [`${SERVICE}/LabelNames`, '/push.v1.PusherService/Push', '/ingest?name=a']) {
      const answer = await client.post(url, '{}', { 'content-encoding': encoding });
      expect([url, answer.statusCode, answer.headers['accept-encoding']]).toEqual([
        url,
        415,
        'gzip',
      ]);
      expect(answer.json()).toEqual({
        code: 'unsupported_media_type',
        message: `The content encoding "${encoding}" is not supported; send gzip, or no Content-Encoding.`,
      });
    }
  },
);

test('bytes that are no JSON are never sent back', async () => {
  const compressed = gzipSync('{}');
  const unsaid = await client.post(`${SERVICE}/LabelNames`, compressed);
  expect(unsaid.json<{ message: string }>().message).toContain('send "Content-Encoding: gzip"');
  const broken = await client.post(`${SERVICE}/LabelNames`, compressed.subarray(0, 12), {
    'content-encoding': 'gzip',
  });
  expect(broken.json<{ message: string }>().message).toMatch(/is not gzip.* is damaged/);
  const binary = await client.post(`${SERVICE}/LabelNames`, Buffer.from([0x01, 0xff, 0x7b]));
  expect(binary.json<{ message: string }>().message).toBe(
    'unmarshal message: the body is not json',
  );
  for (const { statusCode, body } of [unsaid, broken, binary]) {
    expect(statusCode).toBe(400);
    expect(body).toMatch(/^[\x20-\x7e]*$/);
  }
});

test('a body that inflates beyond what a query needs is 413', async () => {
  const answer = await client.post(`${SERVICE}/LabelNames`, gzipSync(Buffer.alloc(5_000_000)), {
    'content-encoding': 'gzip',
  });
  expect(answer.statusCode).toBe(413);
  expect(answer.json<{ message: string }>().message).toContain('more than 1000000 bytes');
  const plain = await client.post(`${SERVICE}/LabelNames`, Buffer.alloc(1_000_001, ' '));
  expect([plain.statusCode, plain.json<{ message: string }>().message]).toEqual([
    413,
    'The request body is larger than 1000000 bytes.',
  ]);
});

test.each(['text/html', 'application/grpc-web+proto', ''])(
  'the content type %j is refused, with what is accepted',
  async (type) => {
    const answer = await client.ask('LabelNames', {}, { 'content-type': type });
    expect(answer.statusCode).toBe(415);
    expect(answer.headers['accept-post']).toBe('application/json, application/proto');
  },
);

test('broken protobuf is 400', async () => {
  const answer = await client.ask('LabelNames', {}, { 'content-type': 'application/proto' });
  expect(answer.statusCode).toBe(400);
});

test('an unknown method is 404, another way to ask a known one 405', async () => {
  for (const path of [
    `${SERVICE}/Nope`,
    '/push.v1.PusherService/Nope',
    '/vcs.v1.VCSService/Nope',
  ]) {
    const unknown = await client.post(path, '{}');
    expect([unknown.statusCode, unknown.body]).toEqual([404, '404 page not found\n']);
  }
  for (const path of [`${SERVICE}/Diff`, '/push.v1.PusherService/Push', '/ingest?name=a']) {
    const get = await client.get(path);
    expect([get.statusCode, get.headers.allow]).toEqual([405, 'POST']);
    expect(get.json()).toMatchObject({ code: 'method_not_allowed' });
  }
  expect((await client.get(`${SERVICE}/Nope`)).statusCode).toBe(404);
});

test("Connect's headers: version 1, and a time in which to answer", async () => {
  const ask = (headers: Record<string, string>) => client.ask('LabelNames', RANGE, headers);
  expect((await ask({ 'connect-protocol-version': '1' })).statusCode).toBe(200);
  expect((await ask({ 'connect-timeout-ms': '9999999999' })).statusCode).toBe(200);
  const version = await ask({ 'connect-protocol-version': '2' });
  expect([version.statusCode, version.json<{ message: string }>().message]).toEqual([
    400,
    'Connect-Protocol-Version is "2"; expected 1.',
  ]);
  expect((await ask({ 'connect-timeout-ms': 'soon' })).statusCode).toBe(400);
});

test('an answer that takes longer than the client waits is 504', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(server.store, 'labelNames').mockImplementation(async () => {
    await held;
    return [];
  });
  const answer = await client.ask('LabelNames', RANGE, { 'connect-timeout-ms': '1' });
  release();
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
    504,
    'deadline_exceeded',
  ]);
});

test('a binary push in gzip, as Alloy sends it', async () => {
  const message = create(PushRequestSchema, {
    series: [
      {
        labels: [
          { name: '__name__', value: 'process_cpu' },
          { name: '__delta__', value: 'false' },
          { name: 'service_name', value: 'alloy' },
        ],
        samples: [{ rawProfile: gzipSync(pprof('a 3')), ID: '8f1c7c1e' }],
      },
    ],
  });
  const answer = await client.post(
    '/push.v1.PusherService/Push',
    gzipSync(toBinary(PushRequestSchema, message)),
    {
      'content-type': 'application/proto',
      'content-encoding': 'gzip',
      'connect-protocol-version': '1',
    },
  );
  expect([answer.statusCode, answer.rawPayload.length]).toEqual([200, 0]);
  expect(await client.total('{service_name="alloy"}')).toBe('3');
});
