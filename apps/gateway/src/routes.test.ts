import { afterEach, describe, expect, it } from 'vitest';
import { rawRequest } from './testing/raw-request.ts';
import { close, gateway, upstreamServer } from './testing/stack.ts';

afterEach(close);

describe('/profiles', () => {
  it.each([
    ['POST', '/querier.v1.QuerierService/SelectMergeStacktraces'],
    ['POST', '/querier.v1.QuerierService/ProfileTypes'],
    ['GET', '/pyroscope/render?query=process_cpu%7B%7D&from=now-1h'],
    ['GET', '/pyroscope/render-diff?leftQuery=a'],
    ['GET', '/ready'],
    ['HEAD', '/ready'],
  ] as const)('passes %s %s on without the prefix', async (method, path) => {
    const pyroscope = await upstreamServer();
    const { app } = await gateway({ PYROSCOPE_UPSTREAM: pyroscope.url });
    const answer = await app.inject({ method, url: `/profiles${path}` });
    expect(answer.statusCode).toBe(200);
    expect(pyroscope.seen[0]).toMatchObject({ method, url: path });
  });

  it.each([
    'POST /profiles/ingest',
    'POST /profiles/push.v1.PusherService/Push',
    'GET /profiles/querier.v1.QuerierService/ProfileTypes',
    'POST /profiles/querier.v1.QuerierService/',
    'POST /profiles/querier.v1.QuerierService/../ingest',
    'POST /profiles/querier.v1.QuerierService/%2e%2e/%2e%2e/ingest',
    'POST /profiles/querier.v1.QuerierService/ProfileTypes/../../ingest',
    'GET /profiles/../ingest',
    'POST /profiles/pyroscope/render',
    'DELETE /profiles/pyroscope/render',
    'GET /profiles/pyroscope/render/',
    'GET /profiles/config',
    'GET /profiles/metrics',
    'GET /profiles/admin',
    'GET /profiles/ready/x',
    'GET /profiles/',
    'GET /profiles',
    'GET /profiles//ready',
    'PUT /profiles/ready',
  ])('refuses %s with a sentence', async (line) => {
    const pyroscope = await upstreamServer();
    const { listen } = await gateway({ PYROSCOPE_UPSTREAM: pyroscope.url });
    const { status, text } = await rawRequest(await listen(), line);
    expect([400, 403]).toContain(status);
    expect(text).toMatch(/"message":"The (gateway passes only|path must not)/);
    expect(pyroscope.seen).toHaveLength(0);
  });

  it('sets the tenant itself, whatever a browser says, and keeps cookies away', async () => {
    const pyroscope = await upstreamServer();
    const { app } = await gateway({
      PYROSCOPE_UPSTREAM: pyroscope.url,
      PYROSCOPE_TENANT: 'house-7',
      UPSTREAM_PYROSCOPE_AUTH: 'basic reader:secret',
    });
    await app.inject({
      url: '/profiles/ready',
      headers: { 'x-scope-orgid': 'another', cookie: 'grafana_session=1' },
    });
    expect(pyroscope.seen[0]?.headers).toMatchObject({
      'x-scope-orgid': 'house-7',
      authorization: `Basic ${Buffer.from('reader:secret').toString('base64')}`,
    });
    expect(pyroscope.seen[0]?.headers.cookie).toBeUndefined();
  });

  it('passes binary queries and answers on as they are', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    const pyroscope = await upstreamServer((_request, response) =>
      response.setHeader('content-type', 'application/proto').end(bytes),
    );
    const { app } = await gateway({ PYROSCOPE_UPSTREAM: pyroscope.url });
    const answer = await app.inject({
      method: 'POST',
      url: '/profiles/querier.v1.QuerierService/Diff',
      headers: { 'content-type': 'application/proto', 'connect-protocol-version': '1' },
      payload: bytes,
    });
    expect(answer.rawPayload).toEqual(bytes);
    expect(pyroscope.seen[0]?.headers).toMatchObject({
      'content-type': 'application/proto',
      'connect-protocol-version': '1',
    });
  });

  it('says that the profile server is down', async () => {
    const pyroscope = await upstreamServer();
    await pyroscope.stop();
    const { app } = await gateway({ PYROSCOPE_UPSTREAM: pyroscope.url });
    const answer = await app.inject({ url: '/profiles/ready' });
    expect(answer.statusCode).toBe(502);
    expect(answer.json()).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Start it, or set PYROSCOPE_UPSTREAM.'),
    });
  });
});

describe('/grafana without an upstream', () => {
  it('tells a person how to set it', async () => {
    const { app } = await gateway();
    const answer = await app.inject({ url: '/grafana/d/x', headers: { accept: 'text/html' } });
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('GRAFANA_UPSTREAM=http');
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    expect(answer.body).not.toMatch(/<script|style=/);
  });

  it.each(['/grafana', '/grafana/api/health'])('tells a program at %s', async (url) => {
    const { app } = await gateway();
    const answer = await app.inject({ url });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({
      code: 'grafana_not_configured',
      message: expect.stringContaining('Set GRAFANA_UPSTREAM'),
    });
  });
});

describe('/grafana with an upstream', () => {
  it.each(['', '/grafana', '/grafana/'])('keeps the prefix, given with %j', async (path) => {
    const grafana = await upstreamServer();
    const { app } = await gateway({ GRAFANA_UPSTREAM: `${grafana.url}${path}` });
    await app.inject({ url: '/grafana' });
    await app.inject({ url: '/grafana/d/hsi-profiling/hsi-profiling?kiosk=1' });
    expect(grafana.seen.map(({ url }) => url)).toEqual([
      '/grafana',
      '/grafana/d/hsi-profiling/hsi-profiling?kiosk=1',
    ]);
  });

  it('adds no policy of ours, and hides nothing that says whether it may be framed', async () => {
    const grafana = await upstreamServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html', 'x-frame-options': 'deny' }).end(),
    );
    const { app } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const { headers } = await app.inject({ url: '/grafana/', headers: { accept: 'text/html' } });
    expect(headers['x-frame-options']).toBe('deny');
    expect(headers['content-security-policy']).toBeUndefined();
    expect(headers['x-content-type-options']).toBeUndefined();
    expect(headers['cross-origin-opener-policy']).toBeUndefined();
  });

  it('keeps cookies both ways', async () => {
    const grafana = await upstreamServer((_request, response) =>
      response.setHeader('set-cookie', ['a=1; Path=/grafana', 'b=2']).end('{}'),
    );
    const { app } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const answer = await app.inject({ url: '/grafana/login', headers: { cookie: 'session=7' } });
    expect(grafana.seen[0]?.headers.cookie).toBe('session=7');
    expect(answer.headers['set-cookie']).toEqual(['a=1; Path=/grafana', 'b=2']);
  });

  it('shows Grafana its own origin for ours, and a foreign one as it is', async () => {
    const grafana = await upstreamServer();
    const { app } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const from = (origin: string) =>
      app.inject({
        method: 'POST',
        url: '/grafana/api/ds/query',
        headers: { host: 'hsi.local:8080', origin },
      });
    await from('http://hsi.local:8080');
    await from('https://evil.test');
    expect(grafana.seen.map(({ headers }) => headers.origin)).toEqual([
      grafana.url,
      'https://evil.test',
    ]);
    expect(grafana.seen[0]?.headers).toMatchObject({
      host: new URL(grafana.url).host,
      'x-forwarded-host': 'hsi.local:8080',
    });
  });

  it('keeps redirects on our origin', async () => {
    const grafana = await upstreamServer(({ url, headers }, response) => {
      const to = url.endsWith('away')
        ? 'https://idp.test/login'
        : `http://${headers.host}/grafana/login?x=1`;
      response.writeHead(302, { location: to }).end();
    });
    const { app } = await gateway({ GRAFANA_UPSTREAM: grafana.url });
    const own = await app.inject({ url: '/grafana/d/x' });
    expect([own.statusCode, own.headers.location]).toEqual([302, '/grafana/login?x=1']);
    const away = await app.inject({ url: '/grafana/away' });
    expect(away.headers.location).toBe('https://idp.test/login');
  });
});
