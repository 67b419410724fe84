import { CACHE_NAME, WORKER_PATH } from './cache.ts';

/** Files that are kept at most: those of some versions. The oldest that this page did not use go. */
export const KEPT_LIMIT = 64;
/** Why nothing can be kept, so that it is not tried with every page of the session. */
const REFUSED_KEY = 'hsi.kept-files.refused';

/** What the keeper needs of a page; tests give their own. */
export interface KeeperPage {
  /** Addresses of what the page has loaded. */
  readonly loaded: readonly string[];
  readonly origin: string;
  readonly caches: Pick<CacheStorage, 'open' | 'delete'>;
  readonly fetch: (url: string) => Promise<Response>;
  /** Installs the worker; rejects when this browser cannot use it. */
  readonly register: () => Promise<void>;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'>;
}

/**
 * Keeps the scripts and styles that the page used and that never change, so that the next visit has
 * them with their compiled code. Call it when the page is quiet. Nothing depends on it: a failure is
 * no failure of the page.
 */
export async function keepFiles(page: KeeperPage): Promise<void> {
  if (page.storage.getItem(REFUSED_KEY) !== null) return;
  const cache = await page.caches.open(CACHE_NAME);
  const used = new Set(page.loaded.filter((url) => isOurFile(url, page.origin)));
  const kept = (await cache.keys()).map(({ url }) => url);
  const missing = [...used].filter((url) => !kept.includes(url));
  await Promise.all(missing.map((url) => keep(cache, url, page.fetch)));
  const superfluous = Math.max(0, kept.length + missing.length - KEPT_LIMIT);
  const unused = kept.filter((url) => !used.has(url)).slice(0, superfluous);
  await Promise.all(unused.map((url) => cache.delete(url)));
  await page.register().catch(async (error: unknown) => {
    page.storage.setItem(REFUSED_KEY, String(error));
    // Nobody reads them without the worker.
    await page.caches.delete(CACHE_NAME);
  });
}

async function keep(cache: Cache, url: string, fetch: KeeperPage['fetch']): Promise<void> {
  const response = await fetch(url);
  const neverChanges = /\bimmutable\b/.test(response.headers.get('cache-control') ?? '');
  if (response.ok && neverChanges) await cache.put(url, response);
}

function isOurFile(url: string, origin: string): boolean {
  const { pathname, origin: from } = new URL(url);
  return from === origin && /\.(?:js|css)$/.test(pathname);
}

/** Lets go of every file, for a page that could not start with them. */
export async function forgetFiles(): Promise<void> {
  await globalThis.caches?.delete(CACHE_NAME);
}

/** The window as {@link keepFiles} needs it; undefined where it has no service workers. */
export function keeperPage(
  window: Window & typeof globalThis,
  scope: string,
): KeeperPage | undefined {
  const { serviceWorker } = window.navigator;
  // Only on https and on the machine itself.
  if (!window.isSecureContext || serviceWorker === undefined) return undefined;
  return {
    loaded: window.performance.getEntriesByType('resource').map(({ name }) => name),
    origin: window.location.origin,
    caches: window.caches,
    fetch: (url) => window.fetch(url, { cache: 'force-cache' }),
    register: async () => {
      if (serviceWorker.controller !== null) return;
      await installed(await serviceWorker.register(WORKER_PATH, { scope }));
    },
    storage: window.sessionStorage,
  };
}

/** Rejects when the worker refuses: its own reason is not told to pages. */
function installed({ installing }: ServiceWorkerRegistration): Promise<void> {
  if (installing === null) return Promise.resolve();
  return new Promise((resolve, reject) => {
    installing.addEventListener('statechange', () => {
      if (installing.state === 'redundant') reject(new Error('The worker could not be installed.'));
      else if (installing.state !== 'installing') resolve();
    });
  });
}
