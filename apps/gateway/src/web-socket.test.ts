import { createHash } from 'node:crypto';
import http, { type IncomingMessage } from 'node:http';
import { type Duplex } from 'node:stream';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { close, gateway, upstreamServer } from './testing/stack.ts';

afterEach(close);

const LIVE = '/grafana/api/live/ws?x=1';

/** A Grafana that accepts a live connection and says everything back in capitals. */
async function liveGrafana() {
  const grafana = await upstreamServer();
  const upgrades: IncomingMessage[] = [];
  grafana.server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    upgrades.push(request);
    socket.on('error', () => undefined);
    const key = String(request.headers['sec-websocket-key']);
    const accept = createHash('sha1').update(`${key}258EAFA5`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\nhello `,
    );
    socket.on('data', (chunk: Buffer) => socket.write(chunk.toString().toUpperCase()));
    socket.on('end', () => socket.end());
  });
  return { ...grafana, upgrades };
}

/** Tries to open a WebSocket: the socket after 101, else the status and what was said. */
async function connect(origin: string, path: string, headers: Record<string, string> = {}) {
  const request = http.request(`${origin}${path}`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'a2V5',
      ...headers,
    },
  });
  request.end();
  return new Promise<{ socket?: Duplex; head?: string; status: number; body?: string }>(
    (resolve, reject) => {
      request.once('error', reject);
      request.once('upgrade', (answer, socket, head) =>
        resolve({ socket, head: head.toString(), status: answer.statusCode ?? 0 }),
      );
      request.once('response', (answer) => {
        let body = '';
        answer.on('data', (chunk) => (body += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
    },
  );
}

describe('Grafana’s live WebSocket', () => {
  it('passes both ways', async () => {
    const grafana = await liveGrafana();
    const { listen } = await gateway({
      GRAFANA_UPSTREAM: grafana.url,
      UPSTREAM_GRAFANA_AUTH: 'bearer t',
    });
    const origin = await listen();
    const { socket, head, status } = await connect(origin, LIVE, { origin, cookie: 'session=7' });
    expect(status).toBe(101);
    let text = head ?? '';
    socket!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket!.write('subscribe');
    while (!text.includes('SUBSCRIBE')) await once(socket!, 'data');
    expect(text).toBe('hello SUBSCRIBE');
    expect(grafana.upgrades[0]?.url).toBe(LIVE);
    expect(grafana.upgrades[0]?.headers).toMatchObject({
      origin: grafana.url,
      host: new URL(grafana.url).host,
      cookie: 'session=7',
      authorization: 'Bearer t',
      upgrade: 'websocket',
    });
    socket!.destroy();
  });

  it('reaches a Grafana whose address was given with the sub-path', async () => {
    const grafana = await liveGrafana();
    const { listen } = await gateway({ GRAFANA_UPSTREAM: `${grafana.url}/grafana/` });
    const { socket, status } = await connect(await listen(), LIVE);
    expect(status).toBe(101);
    expect(grafana.upgrades.map(({ url }) => url)).toEqual([LIVE]);
    socket?.destroy();
  });

  it('ends when Grafana ends it, and when the gateway stops', async () => {
    const grafana = await liveGrafana();
    const { app, listen } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const origin = await listen();
    const first = await connect(origin, LIVE);
    const closed = once(first.socket!.resume(), 'close');
    await grafana.stop();
    await closed;
    const again = await liveGrafana();
    const other = await gateway({ GRAFANA_UPSTREAM: again.url });
    const second = await connect(await other.listen(), LIVE);
    const stopped = once(second.socket!.resume(), 'close');
    await other.app.close();
    await stopped;
    await app.close();
  });

  it('is refused to a page of another origin', async () => {
    const grafana = await liveGrafana();
    const { listen } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const answer = await connect(await listen(), LIVE, { origin: 'https://evil.test' });
    expect(answer.status).toBe(403);
    expect(grafana.upgrades).toHaveLength(0);
  });

  it.each(['/api/live/ws', '/profiles/ready', '/grafana/api/live/../../admin', '/'])(
    'is nowhere else, such as %s',
    async (path) => {
      const grafana = await liveGrafana();
      const { listen } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
      expect((await connect(await listen(), path)).status).toBe(404);
      expect(grafana.upgrades).toHaveLength(0);
    },
  );

  it('without a Grafana says so', async () => {
    const { listen } = await gateway();
    const answer = await connect(await listen(), LIVE);
    expect(answer.status).toBe(503);
    expect(answer.body).toContain('grafana_not_configured');
  });

  it('gives 502 when Grafana is down, and its own status when it refuses', async () => {
    const down = await upstreamServer();
    await down.stop();
    const one = await gateway({ GRAFANA_UPSTREAM: down.url });
    const answer = await connect(await one.listen(), LIVE);
    expect([answer.status, JSON.parse(answer.body ?? '').code]).toEqual([502, 'unavailable']);

    const refusing = await upstreamServer((_request, response) => response.writeHead(401).end());
    const two = await gateway({ GRAFANA_UPSTREAM: refusing.url });
    expect((await connect(await two.listen(), LIVE)).status).toBe(401);
  });

  it('is given up when the handshake takes too long', async () => {
    const silent = await upstreamServer();
    silent.server.on('upgrade', () => undefined);
    const { listen } = await gateway({ GRAFANA_UPSTREAM: silent.url }, { connect: 50 });
    expect((await connect(await listen(), LIVE)).status).toBe(502);
  });
});
