import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
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

const REFUSED = 'profile_server_refused_total{reason="http"}';

async function connected(options: { allowHalfOpen?: boolean } = {}): Promise<Socket> {
  const { port } = server.app.server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', ...options });
  await once(socket, 'connect');
  return socket;
}

/** Resolves when a socket is closed, with an error or without. */
function closing(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

/** Sends bytes and gives the status and the JSON of the answer. */
async function send(bytes: string): Promise<[status: number, body: unknown]> {
  const socket = await connected();
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
    const counted = await client.metric(REFUSED);
    expect(await send(bytes)).toEqual([
      status,
      { code: 'invalid_argument', message: expect.stringContaining(sentence) as string },
    ]);
    expect(await client.metric(REFUSED)).toBe(counted + 1);
  },
);

test('a client that does not close its side keeps no connection open', async () => {
  const accepted = once(server.app.server, 'connection') as Promise<[Socket]>;
  const socket = await connected({ allowHalfOpen: true });
  const [atServer] = await accepted;
  const closed = closing(atServer);
  socket.resume().write('\x16\x03\x01', 'latin1');
  await closed;
  socket.destroy();
});

test('a client that goes away without a request is refused nothing', async () => {
  const counted = await client.metric(REFUSED);
  const accepted = once(server.app.server, 'connection') as Promise<[Socket]>;
  const socket = await connected();
  const [atServer] = await accepted;
  const closed = closing(atServer);
  socket.resetAndDestroy();
  await closed;
  expect(await client.metric(REFUSED)).toBe(counted);
});
