import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestClient } from './testing/requests.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
  await server.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close());

/** Sends bytes and gives the status and the JSON of the answer. */
async function send(bytes: string): Promise<[status: number, body: unknown]> {
  const { port } = server.app.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.end(bytes, 'latin1');
  const answer = await text(socket);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toContain('Content-Type: application/json');
  return [Number(head.split(' ')[1]), JSON.parse(body)];
}

test.each<[string, string, number, string]>([
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400, 'HTTP/2, and with it gRPC, is not supported'],
  ['bytes', '\x16\x03\x01\x02\x00\x01\x00', 400, 'This is no HTTP request'],
  ['headers without end', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}`, 431, 'larger than 16 KB'],
])(
  '%s: answered with a code and a sentence, and counted',
  async (_what, bytes, status, sentence) => {
    const counted = await client.metric('profile_server_refused_total{reason="http"}');
    expect(await send(bytes)).toEqual([
      status,
      { code: 'invalid_argument', message: expect.stringContaining(sentence) as string },
    ]);
    expect(await client.metric('profile_server_refused_total{reason="http"}')).toBe(counted + 1);
  },
);
