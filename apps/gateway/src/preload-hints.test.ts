import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { parseAheadContext } from '@hsi/remote-contract';
import { afterEach, describe, expect, it } from 'vitest';
import { close, gateway } from './testing/stack.ts';

afterEach(close);

const HASH = `sha384-${'a'.repeat(64)}`;
const PRELOAD = {
  '/pyroscope': {
    scripts: [{ href: '/profiling.0a1b2c3d.js', integrity: HASH }],
    fetches: ['/api/config'],
    remote: { name: 'profiling', backendUrl: '/api', profilesUrl: '/profiles' },
  },
};
const build = (version: string, more: object = {}) => ({
  version,
  contract: '^1.0.0',
  entry: `profiling/${version}/mf-manifest.json`,
  integrity: { 'remoteEntry.js': HASH },
  size: 1,
  builtAt: '2026-01-01T00:00:00Z',
  ...more,
});
const MANIFEST = {
  metaData: { remoteEntry: { path: '', name: 'remoteEntry.js' } },
  exposes: [{ assets: { js: { sync: ['mount.js'] }, css: { sync: ['mount.css'] } } }],
};

/** A gateway whose shell has routes, and whose registry lists `current`. */
async function published(current: object, manifest: unknown = MANIFEST) {
  const running = await gateway();
  const write = (path: string, value: unknown) => {
    mkdirSync(join(running.folder, path, '..'), { recursive: true });
    writeFileSync(join(running.folder, path), JSON.stringify(value));
  };
  write('shell/preload.json', PRELOAD);
  write('remotes/profiling/1.0.0-abc/mf-manifest.json', manifest);
  write('remotes/registry.json', { schema: 1, remotes: { profiling: { current } } });
  const linksAt = async (url: string) => {
    const { headers } = await running.app.inject({ url, headers: { accept: 'text/html' } });
    return headers.link === undefined ? [] : String(headers.link).split(', ');
  };
  return { ...running, write, linksAt };
}

const OWN = [
  `</profiling.0a1b2c3d.js>; rel=preload; as=script; crossorigin; integrity="${HASH}"`,
  '</api/config>; rel=preload; as=fetch; crossorigin',
];

describe('the hints of a page', () => {
  it('name the route’s code and the remote’s files, with their integrity', async () => {
    const { linksAt } = await published(build('1.0.0-abc'));
    const base = '/remotes/profiling/1.0.0-abc';
    expect(await linksAt('/pyroscope/compare?x=1')).toEqual([
      ...OWN,
      `<${base}/mf-manifest.json>; rel=preload; as=fetch; crossorigin`,
      `<${base}/remoteEntry.js>; rel=preload; as=script; crossorigin; integrity="${HASH}"`,
      `<${base}/mount.js>; rel=preload; as=script; crossorigin`,
      `<${base}/mount.css>; rel=preload; as=style; crossorigin`,
    ]);
  });

  it('name no integrity of what is fetched: browsers check it for scripts and styles only', async () => {
    const integrity = { 'mf-manifest.json': HASH, 'mount.css': HASH };
    const { linksAt } = await published(build('1.0.0-abc', { integrity }));
    const links = await linksAt('/pyroscope');
    expect(links.filter((link) => link.includes('integrity='))).toEqual([
      expect.stringContaining('/profiling.0a1b2c3d.js>; rel=preload; as=script;'),
      expect.stringContaining('/mount.css>; rel=preload; as=style;'),
    ]);
  });

  it('are for their route only', async () => {
    const { linksAt } = await published(build('1.0.0-abc'));
    expect(await linksAt('/ai')).toEqual([]);
    expect(await linksAt('/pyroscopes')).toEqual([]);
  });

  it('follow the registry', async () => {
    const { linksAt, write } = await published(build('1.0.0-abc'));
    await linksAt('/pyroscope');
    write('remotes/profiling/2.0.0-def/mf-manifest.json', MANIFEST);
    write('remotes/registry.json', {
      schema: 1,
      remotes: { profiling: { current: build('2.0.0-def', { integrity: {} }) } },
    });
    expect((await linksAt('/pyroscope')).join()).toContain('/2.0.0-def/remoteEntry.js');
  });

  it.each([
    ['a remote on another origin', build('1', { entry: 'https://cdn.test/mf-manifest.json' })],
    ['an entry that climbs', build('1', { entry: '../shell/mf-manifest.json' })],
    ['an absolute path', build('1', { entry: '/etc/mf-manifest.json' })],
    ['a version that is gone', build('9.9.9')],
  ])('leave out %s', async (_name, current) => {
    const { linksAt } = await published(current);
    expect(await linksAt('/pyroscope')).toEqual(OWN);
  });

  it.each([
    ['a manifest of another shape', { metaData: {} }],
    ['a manifest that is no object', 'html'],
  ])('leave out %s', async (_name, manifest) => {
    const { linksAt } = await published(build('1.0.0-abc'), manifest);
    expect(await linksAt('/pyroscope')).toEqual(OWN);
  });

  it('are none when what says them cannot be read; the page comes all the same', async () => {
    const { app, folder, linksAt, write } = await published(build('1.0.0-abc'));
    rmSync(join(folder, 'remotes/registry.json'));
    expect(await linksAt('/pyroscope')).toEqual(OWN);
    write('shell/preload.json', 'nonsense');
    expect(await linksAt('/pyroscope')).toEqual([]);
    const page = await app.inject({ url: '/pyroscope', headers: { accept: 'text/html' } });
    expect(page.statusCode).toBe(200);
  });
});

describe('the script that asks ahead', () => {
  const AHEAD = {
    ahead: 'ahead.js',
    integrity: { 'ahead.js': HASH },
    container: { name: 'x', globalName: 'x', file: 'remoteEntry.js', styles: {} },
  };
  const SHELL = '<!doctype html><script defer src="/main.js"></script><div id="root"></div>';
  const browser = { accept: 'text/html', 'accept-encoding': 'br' };

  async function pageWith(current: object, url = '/pyroscope') {
    const running = await published(current);
    writeFileSync(join(running.folder, 'shell/index.html'), SHELL);
    const get = (headers: Record<string, string> = { accept: 'text/html' }) =>
      running.app.inject({ url, headers });
    return { ...running, get, page: await get() };
  }

  it('is in the page before the shell’s, with its hash and what it is told', async () => {
    const { page } = await pageWith(build('1.0.0-abc', AHEAD), '/pyroscope?service=rt-detr');
    const [, element = '', rest] = /^<!doctype html>(<script async[^>]*>)<\/script>(.*)$/.exec(
      page.body,
    )!;
    expect(rest).toBe(SHELL.slice('<!doctype html>'.length));
    // And the first that is loaded, in the same way as the element asks for it.
    expect(String(page.headers.link).split(', ')[0]).toBe(
      `</remotes/profiling/1.0.0-abc/ahead.js>; rel=preload; as=script; crossorigin; integrity="${HASH}"`,
    );
    expect(element).toContain('src="/remotes/profiling/1.0.0-abc/ahead.js"');
    expect(element).toContain(`integrity="${HASH}"`);
    const [, told] = / data-ahead="([^"]*)"/.exec(element)!;
    // Not its search: the page is the same for all, and the script reads it from the address.
    expect(parseAheadContext(told?.replaceAll('&quot;', '"'))).toEqual({
      basename: '/pyroscope',
      backendUrl: '/api',
      profilesUrl: '/profiles',
      search: undefined,
      tenant: undefined,
    });
  });

  it('comes in a page like any other: compressed, asked for again, under the policy', async () => {
    const { get, page } = await pageWith(build('1.0.0-abc', AHEAD));
    expect(page.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      'content-security-policy': expect.stringContaining("script-src 'self'"),
      link: expect.stringContaining('/remoteEntry.js'),
    });
    const small = await get(browser);
    expect(small.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(page.body);
    const again = await get({ ...browser, 'if-none-match': String(small.headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('follows the registry and the shell', async () => {
    const { get, page, write, folder } = await pageWith(build('1.0.0-abc', AHEAD));
    write('remotes/profiling/2.0.0-def/mf-manifest.json', MANIFEST);
    write('remotes/registry.json', {
      schema: 1,
      remotes: { profiling: { current: build('2.0.0-def', AHEAD) } },
    });
    const promoted = await get();
    expect(promoted.body).toContain('/2.0.0-def/ahead.js');
    expect(promoted.headers.etag).not.toBe(page.headers.etag);
    writeFileSync(join(folder, 'shell/index.html'), `${SHELL}<p>new</p>`);
    expect((await get()).body).toMatch(/2\.0\.0-def.*<p>new/);
  });

  it.each([
    ['a build without it', {}],
    ['a build whose script has to be told the address', { ...AHEAD, container: undefined }],
    ['a script without a hash', { ahead: 'ahead.js', integrity: {} }],
    ['a build that the shell will refuse', { ...AHEAD, contract: '^9.0.0' }],
    ['a build on another origin', { ...AHEAD, entry: 'https://cdn.test/mf-manifest.json' }],
    ['a version that is gone', { ...AHEAD, entry: 'profiling/9.9.9/mf-manifest.json' }],
  ])('is not in the page of %s', async (_name, more) => {
    const { page } = await pageWith(build('1.0.0-abc', more));
    expect([page.statusCode, page.body]).toEqual([200, SHELL]);
  });

  it('is not in the pages of other routes', async () => {
    const { page } = await pageWith(build('1.0.0-abc', AHEAD), '/ai');
    expect(page.body).toBe(SHELL);
  });

  it('ends no attribute and no element by what it is told', async () => {
    const { write, get } = await pageWith(build('1.0.0-abc', AHEAD));
    const profilesUrl = '/"><b>&quot;';
    const remote = { ...PRELOAD['/pyroscope'].remote, profilesUrl };
    write('shell/preload.json', { '/pyroscope': { ...PRELOAD['/pyroscope'], remote } });
    const { body } = await get();
    expect(body).not.toContain('<b>');
    const [, told = ''] = / data-ahead="([^"]*)"/.exec(body)!;
    const read = told
      .replaceAll('&quot;', '"')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    expect(parseAheadContext(read)).toMatchObject({ profilesUrl });
  });
});
