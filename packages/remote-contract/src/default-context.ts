import { type LocationStore, type MountContext } from './mount.ts';

/** The part of a browser's `window` that the defaults need. */
export interface Page {
  readonly location: { readonly pathname: string; readonly search: string; readonly hash: string };
  readonly history: {
    pushState(data: unknown, unused: string, url: string): void;
    replaceState(data: unknown, unused: string, url: string): void;
  };
  addEventListener(type: 'popstate', listener: () => void): void;
  removeEventListener(type: 'popstate', listener: () => void): void;
  fetch: typeof globalThis.fetch;
}

/**
 * Completes what a host gave with defaults that fit our gateway and a host without a router of its
 * own: the page's address is the location, and `navigate` pushes to its history.
 */
export function defaultMountContext(page: Page, given: Partial<MountContext> = {}): MountContext {
  const { location, navigate } = pageNavigation(page);
  const defaults: MountContext = {
    basename: '/pyroscope',
    location,
    navigate,
    theme: 'dark',
    backendUrl: '/api',
    profilesUrl: '/profiles',
    fetch: (input, init) => page.fetch(input, init),
    tenant: undefined,
    telemetry: () => undefined,
  };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  const context: MountContext = { ...defaults, ...Object.fromEntries(known) };
  return {
    ...context,
    basename: withoutTrailingSlash(context.basename),
    backendUrl: withoutTrailingSlash(context.backendUrl),
    profilesUrl: withoutTrailingSlash(context.profilesUrl),
  };
}

/** `pushState` tells nobody, so `navigate` tells its own listeners; `popstate` covers the rest. */
function pageNavigation(page: Page): Pick<MountContext, 'location' | 'navigate'> {
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  let current = read();
  function read() {
    const { pathname, search, hash } = page.location;
    return { pathname, search, hash };
  }
  const location: LocationStore = {
    get() {
      const { pathname, search, hash } = page.location;
      const same =
        pathname === current.pathname && search === current.search && hash === current.hash;
      // The same object while nothing changed, as useSyncExternalStore asks for.
      return same ? current : (current = read());
    },
    subscribe(listener) {
      if (listeners.size === 0) page.addEventListener('popstate', tell);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) page.removeEventListener('popstate', tell);
      };
    },
  };
  return {
    location,
    navigate(to, options) {
      if (options?.replace === true) page.history.replaceState(null, '', to);
      else page.history.pushState(null, '', to);
      tell();
    },
  };
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/\/+$/, '');
}
