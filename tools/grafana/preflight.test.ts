import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGrafanaDouble, type GrafanaDouble } from '../../e2e/doubles/grafana.ts';
import {
  asksToSignIn,
  checkServers,
  describeServers,
  grafanaAuthorization,
  waitForServers,
  withSubPath,
} from './preflight.mjs';

let grafana: GrafanaDouble;
let pyroscope: { url: string; server: Server };

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

beforeEach(async () => {
  grafana = await startGrafanaDouble();
  pyroscope = await serve((_request, response) => response.end('ready'));
});
afterEach(async () => {
  await grafana.close();
  pyroscope.server.closeAllConnections();
  pyroscope.server.close();
});

const check = (env: Record<string, string> = {}) =>
  checkServers({ E2E_GRAFANA_URL: grafana.url, E2E_PYROSCOPE_URL: pyroscope.url, ...env });

describe('before the suite for a real Grafana', () => {
  it('all is well with both servers as they should be', async () => {
    expect(await check()).toEqual([]);
    expect(await check({ E2E_GRAFANA_URL: `${grafana.url}/` })).toEqual([]);
  });

  it('each address that is not set is named', async () => {
    expect(await checkServers({})).toEqual([
      'E2E_GRAFANA_URL is not set.',
      'E2E_PYROSCOPE_URL is not set.',
    ]);
  });

  it.each(['http://g:3000', 'http://g:3000/', 'http://g:3000/grafana', 'http://g:3000/grafana/'])(
    'the sub-path is added where it is missing: %s',
    (given) => {
      expect(withSubPath(given)).toBe('http://g:3000/grafana');
    },
  );

  it('something that is no URL is said to be none', async () => {
    expect(await check({ E2E_GRAFANA_URL: 'grafana' })).toEqual([
      'E2E_GRAFANA_URL is not a URL: grafana/grafana.',
    ]);
  });

  it('https is refused, because its wire cannot be cut', async () => {
    expect(await check({ E2E_GRAFANA_URL: 'https://g.example' })).toEqual([
      expect.stringContaining('must be plain http'),
    ]);
    expect(await check({ E2E_PYROSCOPE_URL: 'pyroscope' })).toEqual([
      'E2E_PYROSCOPE_URL is not a URL: pyroscope.',
    ]);
  });

  it('a Grafana whose pages live elsewhere is noticed', async () => {
    const elsewhere = await serve((request, response) => {
      if (request.url?.includes('/api/')) response.end('{"database":"ok"}');
      else response.writeHead(301, { location: 'http://other.test/' }).end();
    });
    const problems = await check({ E2E_GRAFANA_URL: elsewhere.url });
    elsewhere.server.close();
    expect(problems).toEqual([expect.stringContaining('http://other.test/')]);
  });

  it('the versions are said', async () => {
    const env = { E2E_GRAFANA_URL: grafana.url, E2E_PYROSCOPE_URL: pyroscope.url };
    expect(await describeServers(env)).toBe(
      `Grafana 12.3.3 at ${grafana.url}, Pyroscope unknown at ${pyroscope.url}`,
    );
  });

  it('a Grafana that refuses frames is told apart from one that asks to sign in', async () => {
    grafana.set('embedding refused');
    expect(await check()).toEqual([expect.stringContaining('allow_embedding = true')]);
    grafana.set('login required');
    expect(await check({ E2E_GRAFANA_AUTH: 'admin:wrong' })).toEqual([
      expect.stringContaining('[auth.anonymous] enabled = true'),
    ]);
  });

  it('a Grafana that asks to sign in will do when it knows who may', async () => {
    grafana.set('login required');
    expect(await asksToSignIn(grafana.url)).toBe(true);
    expect(await check()).toEqual([]);
    grafana.set('anonymous embedding allowed');
    expect(await asksToSignIn(grafana.url)).toBe(false);
  });

  it.each([
    [undefined, `Basic ${Buffer.from('admin:admin').toString('base64')}`],
    ['me:secret', `Basic ${Buffer.from('me:secret').toString('base64')}`],
    ['glsa_token', 'Bearer glsa_token'],
  ])('%s is sent as %s', (auth, header) => {
    expect(grafanaAuthorization({ E2E_GRAFANA_AUTH: auth })).toBe(header);
  });

  it('a Grafana whose visitors belong to another organisation is noticed', async () => {
    const other = await serve((request, response) => {
      if (request.url?.includes('/api/')) response.end('{"database":"ok"}');
      else response.writeHead(302, { location: '/grafana/login?redirectTo=%2Fd' }).end();
    });
    const problems = await check({ E2E_GRAFANA_URL: other.url });
    other.server.close();
    expect(problems).toEqual([expect.stringContaining('organisation 1')]);
  });

  it('a Grafana that is away is said to be', async () => {
    grafana.set('away');
    expect(await check()).toEqual([expect.stringContaining('does not answer')]);
  });

  it('another server in its place, or a Grafana without the sub-path, is noticed', async () => {
    const other = await serve((_request, response) => response.end('<h1>Hello</h1>'));
    const problems = await check({ E2E_GRAFANA_URL: `${other.url}/grafana` });
    other.server.close();
    expect(problems).toEqual([expect.stringContaining('serve_from_sub_path = true')]);
  });

  it('servers that were just started are waited for, and said to be once', async () => {
    let asked = 0;
    const starting = await serve((_request, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end();
    });
    const waited: string[] = [];
    const env = { E2E_GRAFANA_URL: grafana.url, E2E_PYROSCOPE_URL: starting.url };
    await waitForServers(env, { againMs: 1, onWait: (url) => waited.push(url) });
    starting.server.close();
    expect(asked).toBe(3);
    expect(waited).toEqual([`${starting.url}/ready`]);
  });

  it('servers that stay away, or are none, are not waited for without end', async () => {
    grafana.set('away');
    const waited: string[] = [];
    await waitForServers(
      { E2E_GRAFANA_URL: grafana.url, E2E_PYROSCOPE_URL: 'pyroscope' },
      { limitMs: 0, onWait: (url) => waited.push(url) },
    );
    expect(grafana.requests).toHaveLength(1);
    expect(waited).toEqual([]);
  });

  it('a Pyroscope that is not ready is quoted', async () => {
    const starting = await serve((_request, response) => {
      response.writeHead(503).end('Ingester not ready');
    });
    const problems = await check({ E2E_PYROSCOPE_URL: starting.url });
    starting.server.close();
    expect(problems).toEqual([expect.stringContaining('is not ready: 503 Ingester not ready')]);
  });
});
