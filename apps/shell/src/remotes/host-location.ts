import { type LocationStore, type MountContext, type RemoteLocation } from '@hsi/remote-contract';

type Navigate = MountContext['navigate'];

/** The host's location and navigation, as remotes get them. */
export interface HostLocation {
  readonly store: LocationStore;
  readonly navigate: Navigate;
  /** Tells remotes that the host's router has moved. */
  announce(): void;
}

/**
 * Joins the router to remotes. The address bar is the truth, not the router's state: the router
 * renders in a transition, and a remote's text field that is bound to the address would lose
 * letters while it waits.
 */
export function createHostLocation(navigateRouter: Navigate): HostLocation {
  const listeners = new Set<() => void>();
  let current: RemoteLocation = { pathname: '', search: '', hash: '' };
  const announce = () => {
    for (const listener of [...listeners]) listener();
  };
  return {
    announce,
    navigate(to, options) {
      navigateRouter(to, options);
      announce();
    },
    store: {
      get() {
        const { pathname, search, hash } = window.location;
        const same =
          pathname === current.pathname && search === current.search && hash === current.hash;
        if (!same) current = { pathname, search, hash };
        return current;
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}
