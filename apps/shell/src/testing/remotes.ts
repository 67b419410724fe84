import { type Registry } from '@hsi/remote-contract';

export const VERSION = '0.1.0-abc';
export const ENTRY = `/remotes/profiling/${VERSION}/mf-manifest.json`;
export const MANIFEST = {
  id: 'profiling_remote',
  name: 'profiling_remote',
  metaData: {
    globalName: 'profiling_remote',
    remoteEntry: { path: '', name: 'remoteEntry.js', type: 'global' },
  },
  exposes: [
    { name: 'mount', assets: { js: { sync: ['mount.js'] }, css: { sync: ['mount.css'] } } },
  ],
};
/** The same, as the registry says it. */
export const CONTAINER = {
  name: 'profiling_remote',
  globalName: 'profiling_remote',
  file: 'remoteEntry.js',
  styles: { mount: ['mount.css'] },
};
export const integrity = (letter: string) => `sha384-${letter.repeat(64)}`;

/** A registry with one build of the profiling page. */
export function registry(build: Partial<Registry['remotes'][string]['current']> = {}): Registry {
  const current = {
    version: VERSION,
    contract: '^1.0.0',
    entry: `profiling/${VERSION}/mf-manifest.json`,
    integrity: { 'remoteEntry.js': integrity('e'), 'mount.css': integrity('c') },
    size: 1,
    builtAt: '2026-01-01T00:00:00.000Z',
    ...build,
  };
  return { schema: 1, remotes: { profiling: { current } } };
}
