import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { requireShell } from './static-files.ts';
import { rawRequest } from './testing/raw-request.ts';
import { close, gateway } from './testing/stack.ts';

afterEach(close);

const browser = {
  accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
};
const SCRIPT = '/main.0a1b2c3d4e5f.js';

describe('the shell', () => {
  it.each(['/', '/pyroscope', '/pyroscope/', '/pyroscope/compare?service=rt-detr', '/ai-audit'])(
    'answers %s with its page',
    async (url) => {
      const { app } = await gateway();
      const answer = await app.inject({ url, headers: browser });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('<div id="root">');
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers['cache-control']).toBe('no-cache');
    },
  );

  it('answers HEAD without a body', async () => {
    const { app } = await gateway();
    const answer = await app.inject({ method: 'HEAD', url: '/pyroscope', headers: browser });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-length']).toBe('36');
    expect(answer.body).toBe('');
  });

  it('sends scripts as UTF-8, kept for ever by their hashed name', async () => {
    const { app } = await gateway();
    const answer = await app.inject({ url: SCRIPT });
    expect(answer.headers['content-type']).toMatch(/javascript; charset=utf-8$/);
    expect(answer.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-security-policy']).toBeUndefined();
  });

  it('asks for files without a hash again, and says when they are the same', async () => {
    const { app } = await gateway();
    const first = await app.inject({ url: '/favicon.svg' });
    expect(first.headers['cache-control']).toBe('no-cache');
    const etag = String(first.headers.etag);
    const again = await app.inject({ url: '/favicon.svg', headers: { 'if-none-match': etag } });
    expect(again.statusCode).toBe(304);
    expect(again.body).toBe('');
  });

  it('sends the form that the build compressed, Brotli first', async () => {
    const { app } = await gateway();
    const plain = (await app.inject({ url: SCRIPT })).body;
    const br = await app.inject({ url: SCRIPT, headers: browser });
    expect(br.headers['content-encoding']).toBe('br');
    expect(br.headers['content-type']).toMatch(/javascript; charset=utf-8$/);
    expect(br.headers['cache-control']).toContain('immutable');
    expect(br.headers['vary']).toBe('accept-encoding');
    expect(brotliDecompressSync(br.rawPayload).toString()).toBe(plain);
    const gzip = await app.inject({
      url: SCRIPT,
      headers: { 'accept-encoding': 'br;q=0, gzip' },
    });
    expect(gzip.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(plain);
  });

  it('does not take a missing file or API for a page', async () => {
    const { app } = await gateway();
    for (const url of ['/main.ffffffffffff.js', '/remotes/none', '/healthz/x']) {
      const answer = await app.inject({ url, headers: browser });
      expect([answer.statusCode, answer.json().code]).toEqual([404, 'not_found']);
    }
    const posted = await app.inject({ method: 'POST', url: '/pyroscope', headers: browser });
    expect(posted.json().message).toBe('Nothing answers POST /pyroscope.');
    const data = await app.inject({ url: '/nothing', headers: { accept: 'application/json' } });
    expect(data.statusCode).toBe(404);
  });

  it('is required at the start', async () => {
    const { folder } = await gateway();
    await expect(requireShell(join(folder, 'shell'))).resolves.toBeUndefined();
    await expect(requireShell(join(folder, 'none'))).rejects.toThrow('build the shell');
  });
});

describe('the remotes', () => {
  it('are kept for ever below their version, but for the pointers to them', async () => {
    const { app } = await gateway();
    const caching = async (path: string) =>
      (await app.inject({ url: `/remotes/${path}` })).headers['cache-control'];
    expect(await caching('registry.json')).toBe('no-cache');
    expect(await caching('profiling/1.0.0-abc/mf-manifest.json')).toBe('no-cache');
    expect(await caching('profiling/1.0.0-abc/remoteEntry.js')).toContain('immutable');
    expect(await caching('profiling/1.0.0-abc/css/page.css')).toContain('immutable');
  });

  it('may be loaded by hosts of other origins', async () => {
    const { app } = await gateway();
    const answer = await app.inject({ url: '/remotes/profiling/1.0.0-abc/remoteEntry.js' });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('are listed by a registry that is compressed as it is now', async () => {
    const { app, folder } = await gateway();
    const registry = JSON.stringify({ schema: 1, remotes: {}, padding: 'x'.repeat(2_000) });
    writeFileSync(join(folder, 'remotes/registry.json'), registry);
    const answer = await app.inject({ url: '/remotes/registry.json', headers: browser });
    expect(answer.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(answer.headers['content-length']).not.toBe(String(registry.length));
    expect(brotliDecompressSync(answer.rawPayload).toString()).toBe(registry);
    const head = { method: 'HEAD', url: '/remotes/registry.json', headers: browser } as const;
    expect((await app.inject(head)).headers['content-length']).toBe(String(registry.length));
  });

  it('may be none yet, which is said', async () => {
    const { app, folder } = await gateway();
    rmSync(join(folder, 'remotes'), { recursive: true });
    const answer = await app.inject({ url: '/remotes/registry.json' });
    expect(answer.statusCode).toBe(404);
    expect(answer.json().message).toContain('No remote has been published yet');
  });
});

describe('files outside of the roots', () => {
  it.each([
    'GET /../secret.txt',
    'GET /../../../../../../etc/passwd',
    'GET /%2e%2e/secret.txt',
    'GET /..%2fsecret.txt',
    'GET /%2e%2e%2fsecret.txt',
    'GET /..\\secret.txt',
    'GET /..%5csecret.txt',
    'GET /%252e%252e/secret.txt',
    'GET /remotes/../secret.txt',
    'GET /remotes/../../secret.txt',
    'GET /remotes/%2e%2e/secret.txt',
    'GET /remotes/profiling/../../../secret.txt',
    'GET /remotes/..%2f..%2fsecret.txt',
    'GET /main.0a1b2c3d4e5f.js%00.txt',
    'GET /.secret',
    'GET http://evil.test/../secret.txt',
  ])('are not given to %s', async (line) => {
    const { listen } = await gateway();
    const { status, text } = await rawRequest(await listen(), line);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(text).not.toContain('outside of every root');
    expect(text).not.toContain('a dot file');
    expect(text).not.toContain('root:');
  });
});

describe('the security headers of a page', () => {
  const policy = async (env: Record<string, string>, host = 'hsi.local:8080') => {
    const { app } = await gateway(env);
    const { headers } = await app.inject({ url: '/pyroscope', headers: { ...browser, host } });
    const directives = String(headers['content-security-policy']).split('; ');
    return Object.fromEntries(
      directives.map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources.join(' ')];
      }),
    );
  };

  it('allow code, styles and data from this origin only, and no evaluation', async () => {
    expect(await policy({})).toEqual({
      'default-src': "'self'",
      'script-src': "'self'",
      'style-src': "'self'",
      'img-src': "'self' data:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'frame-src': "'self'",
      'object-src': "'none'",
      'base-uri': "'none'",
      'form-action': "'self'",
      'frame-ancestors': "'self'",
    });
  });

  it('allow the origins that remotes may come from', async () => {
    const {
      'script-src': script,
      'connect-src': connect,
      'frame-src': frame,
    } = await policy({
      REMOTE_ORIGINS: 'https://cdn.test http://127.0.0.1:9000',
    });
    expect(script).toBe("'self' https://cdn.test http://127.0.0.1:9000");
    expect(connect).toBe(script);
    expect(frame).toBe("'self'");
  });

  it.each([
    ['/grafana', ''],
    ['https://grafana.test/g', ' https://grafana.test'],
    // The page opens a local Grafana under its own host name.
    ['http://localhost:3000', ' http://localhost:3000 http://hsi.local:3000'],
    ['javascript:alert(1)', ''],
  ])('allow framing and probing of the Grafana at %s', async (url, added) => {
    const headers = await policy({ GRAFANA_URL: url });
    expect(headers['frame-src']).toBe(`'self'${added}`);
    expect(headers['connect-src']).toBe(`'self'${added}`);
    expect(headers['script-src']).toBe("'self'");
  });

  it('take no directive from a Host header', async () => {
    const headers = await policy({ GRAFANA_URL: 'http://localhost:3000' }, 'x; script-src *');
    expect(headers['script-src']).toBe("'self'");
    expect(headers['frame-src']).toBe("'self' http://localhost:3000");
  });

  it('isolate the page from others', async () => {
    const { app } = await gateway();
    const { headers } = await app.inject({ url: '/', headers: browser });
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['permissions-policy']).toContain('camera=()');
  });
});
