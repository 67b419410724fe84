import net from 'node:net';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { climbs } from './forward.ts';
import { rawRequest } from './testing/raw-request.ts';
import { close, gateway, upstreamServer } from './testing/stack.ts';

afterEach(close);

const MODELS = JSON.stringify({ models: Array.from({ length: 200 }, (_, id) => ({ id })) });

describe('/api', () => {
  it('passes a request on with its path, query, body and headers', async () => {
    const backend = await upstreamServer();
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const answer = await app.inject({
      method: 'POST',
      url: '/api/models/clip%2Dvit-l/load?wait=1&x=a%20b',
      headers: {
        'content-type': 'application/json',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'x-request-id': 'click-7',
      },
      payload: '{"priority":1}',
    });
    expect(answer.json()).toEqual({ ok: true });
    expect(answer.headers['x-request-id']).toBe('click-7');
    expect(backend.seen).toHaveLength(1);
    expect(backend.seen[0]).toMatchObject({
      method: 'POST',
      url: '/api/models/clip%2Dvit-l/load?wait=1&x=a%20b',
      body: '{"priority":1}',
      headers: {
        'content-type': 'application/json',
        'content-length': '14',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'x-request-id': 'click-7',
        host: new URL(backend.url).host,
        'x-forwarded-proto': 'http',
      },
    });
  });

  it('gives the status, headers and body of the answer', async () => {
    const backend = await upstreamServer((_request, response) =>
      response
        .writeHead(409, {
          'content-type': 'application/problem+json',
          'retry-after': '3',
          'keep-alive': 'timeout=9',
          connection: 'keep-alive, x-hop',
          'x-hop': 'private',
        })
        .end('{"code":"memory-budget"}'),
    );
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const answer = await app.inject({ url: '/api/models' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toEqual({ code: 'memory-budget' });
    expect(answer.headers['retry-after']).toBe('3');
    expect(answer.headers['x-hop']).toBeUndefined();
    expect(answer.headers['keep-alive']).toBeUndefined();
  });

  it('keeps headers of the connection and of tenancy from the upstream', async () => {
    const backend = await upstreamServer();
    const { listen } = await gateway({ BACKEND_UPSTREAM: backend.url });
    await rawRequest(await listen(), 'GET /api/config', [
      'X-Scope-OrgID: another-house',
      'Proxy-Authorization: Basic x',
      'TE: trailers',
      'X-Private: 1',
      'Connection: x-private',
    ]);
    const { headers } = backend.seen[0]!;
    for (const name of ['x-scope-orgid', 'proxy-authorization', 'te', 'x-private']) {
      expect(headers[name]).toBeUndefined();
    }
  });

  it('makes an id for a request that has none, or a strange one', async () => {
    const backend = await upstreamServer();
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const headers = { 'x-request-id': 'a b{"level":"error"}' };
    const answer = await app.inject({ url: '/api/config', headers });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(backend.seen[0]?.headers['x-request-id']).toBe(answer.headers['x-request-id']);
  });

  it('adds the configured credentials instead of the browser’s', async () => {
    const backend = await upstreamServer();
    const { app } = await gateway({
      BACKEND_UPSTREAM: backend.url,
      UPSTREAM_BACKEND_AUTH: 'bearer s3cret',
    });
    const answer = await app.inject({ url: '/api/config', headers: { authorization: 'Basic x' } });
    expect(backend.seen[0]?.headers.authorization).toBe('Bearer s3cret');
    expect(JSON.stringify(answer.headers)).not.toContain('s3cret');
  });

  it('keeps the path of the upstream’s address', async () => {
    const backend = await upstreamServer();
    const { app } = await gateway({ BACKEND_UPSTREAM: `${backend.url}/backend/` });
    await app.inject({ url: '/api/config' });
    expect(backend.seen[0]?.url).toBe('/backend/api/config');
  });

  it('compresses what the upstream did not, as the browser likes it', async () => {
    const backend = await upstreamServer((_request, response) =>
      response.setHeader('content-type', 'application/json').setHeader('etag', '"7"').end(MODELS),
    );
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const ask = (encoding: string) =>
      app.inject({ url: '/api/models', headers: { 'accept-encoding': encoding } });

    const br = await ask('gzip, deflate, br, zstd');
    expect(br.headers).toMatchObject({
      'content-encoding': 'br',
      vary: 'accept-encoding',
      etag: 'W/"7"',
    });
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(MODELS);
    const gzip = await ask('gzip');
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(MODELS);
    expect((await ask('identity')).body).toBe(MODELS);
  });

  it('leaves small, compressed, binary and HEAD answers as they are', async () => {
    const backend = await upstreamServer(({ url }, response) => {
      const path = url.slice('/api/'.length);
      response.setHeader('content-type', path === 'png' ? 'image/png' : 'application/json');
      if (path === 'small') response.setHeader('content-length', 2).end('{}');
      else if (path === 'gzip') {
        response.setHeader('content-encoding', 'gzip').end(gzipSync(MODELS));
      } else response.end(MODELS);
    });
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const headers = { 'accept-encoding': 'gzip, br' };
    for (const [url, encoding] of [
      ['/api/small', undefined],
      ['/api/png', undefined],
      ['/api/gzip', 'gzip'],
    ]) {
      const answer = await app.inject({ url: String(url), headers });
      expect(answer.headers['content-encoding']).toBe(encoding);
    }
    const head = await app.inject({ method: 'HEAD', url: '/api/models', headers });
    expect([head.statusCode, head.body]).toEqual([200, '']);
  });

  it('leaves a part of an answer as it is, because its bytes are counted', async () => {
    const grafana = await upstreamServer((_request, response) =>
      response
        .writeHead(206, { 'content-type': 'text/javascript', 'content-range': 'bytes 0-99/5000' })
        .end('x'.repeat(100)),
    );
    const { app } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const part = await app.inject({
      url: '/grafana/public/build/app.js',
      headers: { 'accept-encoding': 'br', range: 'bytes=0-99' },
    });
    expect(part.headers['content-encoding']).toBeUndefined();
    expect(part.headers['content-range']).toBe('bytes 0-99/5000');
    expect(part.body).toBe('x'.repeat(100));
  });

  it('lets an event stream flow, uncompressed, however long it is silent', async () => {
    const backend = await upstreamServer((_request, response) => {
      response.setHeader('content-type', 'text/event-stream');
      response.write('data: one\n\n');
      setTimeout(() => response.end('data: two\n\n'), 120);
    });
    const { listen } = await gateway({ BACKEND_UPSTREAM: backend.url }, { silence: 40 });
    const response = await fetch(`${await listen()}/api/events`);
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toBe('data: one\n\ndata: two\n\n');
  });

  it('refuses writes that a page of another origin sends', async () => {
    const backend = await upstreamServer();
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const from = (site: string, method: 'GET' | 'POST' = 'POST') =>
      app.inject({ method, url: '/api/models/x/load', headers: { 'sec-fetch-site': site } });
    expect((await from('cross-site')).statusCode).toBe(403);
    expect((await from('same-site')).json().code).toBe('permission_denied');
    expect(backend.seen).toHaveLength(0);
    expect((await from('same-origin')).statusCode).toBe(200);
    expect((await from('cross-site', 'GET')).statusCode).toBe(200);
  });

  it.each([
    'GET /api/../secret',
    'GET /api/%2e%2e/secret',
    'GET /api/..%2fsecret',
    'GET /api/x/%252e%252e/y',
  ])('refuses %s', async (line) => {
    const backend = await upstreamServer();
    const { listen } = await gateway({ BACKEND_UPSTREAM: backend.url });
    expect((await rawRequest(await listen(), line)).status).toBe(400);
    expect(backend.seen).toHaveLength(0);
  });

  it('refuses a body above its limit', async () => {
    const backend = await upstreamServer();
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const payload = Buffer.alloc(9 * 1_048_576);
    const answer = await app.inject({ method: 'POST', url: '/api/x', payload });
    expect([answer.statusCode, answer.json().code]).toEqual([413, 'resource_exhausted']);
    expect(backend.seen).toHaveLength(0);
  });
});

describe('an upstream in trouble', () => {
  it('that is down gives 502 and says how to help', async () => {
    const backend = await upstreamServer();
    await backend.stop();
    const { app, log } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const answer = await app.inject({ url: '/api/config?token=hidden' });
    expect(answer.statusCode).toBe(502);
    expect(answer.json()).toEqual({
      code: 'unavailable',
      message: `The backend at ${backend.url} does not answer: the connection was refused. Start it, or set BACKEND_UPSTREAM.`,
    });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(log[0]).toMatchObject({ level: 'error', path: '/api/config', status: 502 });
    expect(JSON.stringify(log)).not.toContain('hidden');
  });

  it('works again by itself when it is back', async () => {
    const first = await upstreamServer();
    const { port } = first.server.address() as AddressInfo;
    const { app } = await gateway({ BACKEND_UPSTREAM: first.url });
    expect((await app.inject({ url: '/api/config' })).statusCode).toBe(200);
    await first.stop();
    expect((await app.inject({ url: '/api/config' })).statusCode).toBe(502);
    first.server.listen(port, '127.0.0.1');
    await once(first.server, 'listening');
    expect((await app.inject({ url: '/api/config' })).statusCode).toBe(200);
  });

  it('whose name nobody knows gives 502', async () => {
    const { app } = await gateway({ BACKEND_UPSTREAM: 'http://backend.invalid:8000' });
    const answer = await app.inject({ url: '/api/config' });
    expect(answer.statusCode).toBe(502);
    expect(answer.json().message).toMatch(/host name/);
  });

  it('that does not answer in time gives 504', async () => {
    const backend = await upstreamServer(() => undefined);
    const { app } = await gateway({ BACKEND_UPSTREAM: backend.url }, { answer: 50 });
    const answer = await app.inject({ url: '/api/config' });
    expect(answer.statusCode).toBe(504);
    expect(answer.json()).toMatchObject({
      code: 'deadline_exceeded',
      message: expect.stringContaining('no answer within 0.05 s'),
    });
  });

  it.each(['identity', 'gzip'])(
    'that breaks off ends the answer short of its end (%s)',
    async (encoding) => {
      const backend = await upstreamServer((_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100_000 });
        response.write(MODELS, () => response.destroy());
      });
      const { listen } = await gateway({ BACKEND_UPSTREAM: backend.url });
      const response = fetch(`${await listen()}/api/models`, {
        headers: { 'accept-encoding': encoding },
      });
      await expect(response.then((answer) => answer.text())).rejects.toThrow();
    },
  );

  it('that falls silent within an answer is given up', async () => {
    const backend = await upstreamServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('{');
    });
    const { listen } = await gateway({ BACKEND_UPSTREAM: backend.url }, { silence: 50 });
    const response = fetch(`${await listen()}/api/models`);
    await expect(response.then((answer) => answer.text())).rejects.toThrow();
  });

  it('that closed a kept connection is asked once more when nothing is changed by it', async () => {
    let connections = 0;
    // Answers once per connection and closes it only when the next request arrives.
    const server = net.createServer((socket) => {
      connections++;
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok');
        socket.once('data', () => socket.resetAndDestroy());
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { app } = await gateway({ BACKEND_UPSTREAM: `http://127.0.0.1:${port}` });
    const ask = async (method: 'GET' | 'POST') =>
      (await app.inject({ method, url: '/api/x' })).statusCode;
    expect(await ask('GET')).toBe(200);
    expect(await ask('GET')).toBe(200);
    expect(connections).toBe(2);
    expect(await ask('POST')).toBe(502);
    expect(connections).toBe(2);
    server.close();
  });

  it('is not kept busy for a person who left', async () => {
    let left: () => void = () => undefined;
    const abandoned = new Promise<void>((resolve) => (left = resolve));
    const controller = new AbortController();
    const backend = await upstreamServer((_request, response) => {
      response.once('close', () => left());
      controller.abort();
    });
    const { listen } = await gateway({ BACKEND_UPSTREAM: backend.url });
    const request = fetch(`${await listen()}/api/slow`, { signal: controller.signal });
    await expect(request).rejects.toThrow();
    await abandoned;
  });
});

describe('a path that climbs', () => {
  it.each([
    ['/api/x', false],
    ['/api/models/clip%2Dvit/load?path=../x', false],
    ['/api/a..b/...', false],
    ['/api/..', true],
    ['/api/./x', true],
    ['/api/%2E%2e/x', true],
    ['/api/a%5c..%5cb', true],
    ['/api/%E0%A4%A', true],
  ])('%s: %s', (path, expected) => {
    expect(climbs(path)).toBe(expected);
  });
});

describe('the gateway', () => {
  it('says that it is there', async () => {
    const { app } = await gateway();
    expect((await app.inject({ url: '/healthz' })).json()).toEqual({ status: 'ok' });
  });

  it('writes one line for each request, without query or headers', async () => {
    const backend = await upstreamServer();
    const { app, log } = await gateway({ BACKEND_UPSTREAM: backend.url });
    await app.inject({
      url: '/api/config?password=hidden',
      headers: { authorization: 'Basic hidden', cookie: 'session=hidden', 'x-request-id': 'r-1' },
    });
    expect(log).toHaveLength(1);
    expect(log[0]).toMatchObject({
      level: 'info',
      id: 'r-1',
      method: 'GET',
      path: '/api/config',
      status: 200,
    });
    expect(JSON.stringify(log)).not.toContain('hidden');
  });

  it('stops with connections that are kept open', async () => {
    const { app, listen } = await gateway();
    const origin = await listen();
    await (await fetch(`${origin}/healthz`)).text();
    await app.close();
    await expect(fetch(`${origin}/healthz`)).rejects.toThrow();
  });

  it('stops with connections that were opened in advance', async () => {
    const { app, listen } = await gateway();
    const { hostname, port } = new URL(await listen());
    const socket = net.connect(Number(port), hostname);
    await once(app.server, 'connection');
    const closed = once(socket.resume(), 'close');
    await app.close();
    await closed;
  });
});
