import { describe, expect, it } from 'vitest';
import { keepFiles, KEPT_LIMIT, type KeeperPage } from './keep-files.ts';

const ORIGIN = 'https://host.example';
const FOR_EVER = { 'cache-control': 'public, max-age=31536000, immutable' };

/** A page that has loaded `loaded`, on a server whose files never change, but for `headers`. */
function page(loaded: readonly string[], given: Partial<KeeperPage> = {}) {
  const kept = new Map<string, Response>();
  const asked: string[] = [];
  const remembered = new Map<string, string>();
  const cache = {
    keys: () => Promise.resolve([...kept.keys()].map((url) => ({ url }))),
    put: (url: string, response: Response) => Promise.resolve(void kept.set(url, response)),
    delete: (url: string) => Promise.resolve(kept.delete(url)),
  };
  const registrations: string[] = [];
  const keeper: KeeperPage = {
    loaded: loaded.map((path) => new URL(path, ORIGIN).href),
    origin: ORIGIN,
    caches: {
      open: () => Promise.resolve(cache as unknown as Cache),
      delete: () => {
        kept.clear();
        return Promise.resolve(true);
      },
    },
    fetch: (url) => {
      asked.push(new URL(url).pathname);
      return Promise.resolve(new Response('', { headers: FOR_EVER }));
    },
    register: () => Promise.resolve(void registrations.push('worker')),
    storage: {
      getItem: (key) => remembered.get(key) ?? null,
      setItem: (key, value) => void remembered.set(key, value),
    },
    ...given,
  };
  const keptPaths = () => [...kept.keys()].map((url) => new URL(url).pathname);
  return { keeper, kept, asked, registrations, keptPaths };
}

describe('the files that are kept for the next visit', () => {
  it('are the scripts and styles of this origin that the page used', async () => {
    const { keeper, keptPaths, registrations } = page([
      '/main.0a1b2c3d.js',
      '/remotes/profiling/1.0.0-abc/mount.css',
      '/api/config',
      '/remotes/registry.json',
      'https://elsewhere.example/remote.js',
    ]);
    await keepFiles(keeper);
    expect(keptPaths()).toEqual(['/main.0a1b2c3d.js', '/remotes/profiling/1.0.0-abc/mount.css']);
    expect(registrations).toEqual(['worker']);
  });

  it('are only those that the server says never change', async () => {
    const { keeper, keptPaths } = page(['/main.js', '/gone.js', '/main.0a1b2c3d.js'], {
      fetch: (url) =>
        Promise.resolve(
          new Response('', {
            status: url.endsWith('/gone.js') ? 404 : 200,
            headers: url.endsWith('/main.js') ? { 'cache-control': 'no-cache' } : FOR_EVER,
          }),
        ),
    });
    await keepFiles(keeper);
    expect(keptPaths()).toEqual(['/main.0a1b2c3d.js']);
  });

  it('are asked for once', async () => {
    const { keeper, asked } = page(['/main.0a1b2c3d.js']);
    await keepFiles(keeper);
    await keepFiles(keeper);
    expect(asked).toEqual(['/main.0a1b2c3d.js']);
  });

  it('end: the oldest that the page did not use make room', async () => {
    const first = page(['/used.js']);
    await keepFiles(first.keeper);
    for (let version = 1; version < KEPT_LIMIT; version++) {
      first.kept.set(`${ORIGIN}/old.${version}.js`, new Response(''));
    }
    const loaded = ['/used.js', '/new.1.js', '/new.2.js'].map((path) => ORIGIN + path);
    await keepFiles({ ...first.keeper, loaded });
    expect(first.kept.size).toBe(KEPT_LIMIT);
    expect(first.keptPaths()).toEqual(expect.arrayContaining(['/used.js', '/new.2.js']));
    expect(first.keptPaths()).not.toContain('/old.1.js');
    expect(first.keptPaths()).not.toContain('/old.2.js');
    expect(first.keptPaths()).toContain('/old.3.js');
  });

  it('are none in the rest of a session whose browser refused the worker', async () => {
    const { keeper, asked, keptPaths } = page(['/main.0a1b2c3d.js'], {
      register: () => Promise.reject(new Error('no static routing')),
    });
    await keepFiles(keeper);
    expect(asked).toHaveLength(1);
    expect(keptPaths()).toEqual([]);
    await keepFiles({ ...keeper, loaded: [`${ORIGIN}/other.js`] });
    expect(asked).toHaveLength(1);
  });
});
