import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestClient } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
});
afterAll(() => server.close());

test.each<[string, string, Buffer | string, string]>([
  ["Java's format", 'name=a&format=jfr', 'x', '"jfr" is not supported; use pprof'],
  ['an unknown format', 'name=a&format=lines', 'x', 'lines'],
  ['a form of folded lines', 'name=a&format=folded', 'form', 'send it as the body'],
  ['a name without an application', 'name=%7Ba%3Db%7D', 'a 1', 'service name is required'],
  ['a name with a space', 'name=my%20app', 'a 1', '"my app" has the character " "'],
  ['a name with quotes', 'name=%22app%22', 'a 1', 'has the character'],
  ['a label name with a dash', 'name=a%7Bx-y%3D1%7D', 'a 1', '"x-y" has the character "-"'],
  ['a negative sample rate', 'name=a&sampleRate=-5', 'a 1', 'sampleRate'],
  ['a tiny sample rate', 'name=a&sampleRate=1e-300', 'a 1', 'samples per second, 1e-9 to'],
  ['a huge sample rate', 'name=a&sampleRate=1e400', 'a 1', 'sampleRate is "1e400"'],
  ['a bad time', 'name=a&from=yesterday', 'a 1', 'yesterday'],
  ['an open label set', 'name=a%7Bx%3D1', 'a 1', 'not closed'],
  ['a label without a value', 'name=a%7Bx%7D', 'a 1', 'key=value'],
  ['folded lines that are none', 'name=a&format=folded', 'hello', 'line 1'],
  ['a form without a boundary', 'name=a', 'x', 'boundary'],
])('%s is refused with a sentence', async (name, query, body, sentence) => {
  const type = /\bform\b/.test(name) ? 'multipart/form-data' : 'application/octet-stream';
  const answer = await client.push(body, query, { 'content-type': type });
  expect(answer.statusCode).toBe(400);
  expect(answer.json<{ message: string }>().message).toContain(sentence);
});

test.each(['', 'x', 'text', 'a/b/c', ';', 'application/json'])(
  'the content type %j says nothing about a profile',
  async (type) => {
    expect((await client.push('a 1', 'name=a', { 'content-type': type })).statusCode).toBe(200);
  },
);

test('a message whose content type is none is 415', async () => {
  const answer = await client.ask('LabelNames', {}, { 'content-type': 'x' });
  expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
    415,
    expect.stringContaining('no media type such as application/octet-stream'),
  ]);
});

test.each([
  '/v1development/profiles',
  '/v1/profiles',
  '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
])("OpenTelemetry's profiles at %s are refused by their name", async (path) => {
  const answer = await client.post(path, Buffer.from([10, 0]), {
    'content-type': 'application/x-protobuf',
  });
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toMatchObject({
    code: 'unimplemented',
    message: expect.stringContaining('OTLP (OpenTelemetry profiles) is not supported') as string,
  });
});
