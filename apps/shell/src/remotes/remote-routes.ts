/** A remote and the path that it is mounted at. */
export interface RemoteRoute {
  /** Name in the registry. */
  readonly name: string;
  readonly basename: string;
}

export const PROFILING: RemoteRoute = { name: 'profiling', basename: '/pyroscope' };

/** The remote whose page the path is; undefined for the host's own pages. */
export function remoteOf(pathname: string): RemoteRoute | undefined {
  const { basename } = PROFILING;
  return pathname === basename || pathname.startsWith(`${basename}/`) ? PROFILING : undefined;
}
