/** Version of this contract, semver. The registry says which range a build needs. */
export const CONTRACT_VERSION = '1.1.0';

/** Where the person is, as the host's router sees it. */
export interface RemoteLocation {
  readonly pathname: string;
  /** With the leading `?`, or empty. */
  readonly search: string;
  /** With the leading `#`, or empty. */
  readonly hash: string;
}

/** The host's location as a store: read it, and hear when it changes. */
export interface LocationStore {
  get(): RemoteLocation;
  /** Calls `listener` after every change, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export interface RemoteTelemetryEvent {
  readonly name: string;
  readonly milliseconds?: number;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * What a host gives to a remote. Every part has a default that fits our gateway
 * (`defaultMountContext`), so a host passes only what differs.
 */
export interface MountContext {
  /** Path below which the remote's own routes live, without a trailing slash: `/pyroscope`. */
  readonly basename: string;
  readonly location: LocationStore;
  /** Changes the host's location; `to` is a path with search, below the host's root. */
  readonly navigate: (to: string, options?: { readonly replace?: boolean }) => void;
  readonly theme: 'dark' | 'light';
  /** Base URL of the backend's API, without a trailing slash: `/api`. */
  readonly backendUrl: string;
  /** Base URL of an API that speaks Pyroscope's querier, without a trailing slash: `/profiles`. */
  readonly profilesUrl: string;
  /** Adds the host's authentication, if any. */
  readonly fetch: typeof globalThis.fetch;
  /** Tenant of the profiles, or undefined for the server's default. */
  readonly tenant: string | undefined;
  readonly telemetry: (event: RemoteTelemetryEvent) => void;
}

/** Takes everything away that `mount` made: nodes, listeners, timers, requests. */
export type Unmount = () => void;

/** What the module `./mount` of a remote exports. */
export interface RemoteModule {
  /** The contract version that the remote was built with. */
  readonly contract: string;
  mount(element: HTMLElement, context?: Partial<MountContext>): Unmount;
}
