import { type LocationStore, type MountContext } from '@hsi/remote-contract';

/** The browser's own location, for a page that no host's router owns. */
export function browserLocation(): LocationStore & Pick<MountContext, 'navigate'> {
  const listeners = new Set<() => void>();
  const notify = () => listeners.forEach((listener) => listener());
  return {
    get: () => window.location,
    subscribe: (listener) => {
      if (listeners.size === 0) window.addEventListener('popstate', notify);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) window.removeEventListener('popstate', notify);
      };
    },
    navigate: (to, options) => {
      if (options?.replace) window.history.replaceState(null, '', to);
      else window.history.pushState(null, '', to);
      notify();
    },
  };
}

/** Fills what the host left out with what fits our gateway. */
export function completeContext(given: Partial<MountContext> = {}): MountContext {
  const own = browserLocation();
  return {
    basename: '/pyroscope',
    location: own,
    navigate: own.navigate,
    theme: 'dark',
    backendUrl: '/api',
    profilesUrl: '/profiles',
    fetch: (input, init) => globalThis.fetch(input, init),
    tenant: undefined,
    telemetry: () => undefined,
    ...given,
  };
}
