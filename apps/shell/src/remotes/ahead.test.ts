import { AHEAD_ATTRIBUTE, parseAheadContext, type RemoteBuild } from '@hsi/remote-contract';
import { afterEach, describe, expect, it } from 'vitest';
import { ENTRY, integrity, registry } from '../testing/remotes.ts';
import { runAhead } from './ahead.ts';
import { PROFILING, remoteOf } from './remote-routes.ts';

const SRC = new URL(`${ENTRY}/../ahead.js`, window.location.origin).href;
const scripts = () => [...document.querySelectorAll<HTMLScriptElement>('script[src]')];

/** The profiling page's build is accepted; it has the script unless `build` says otherwise. */
function accept(build: Partial<RemoteBuild> = {}): void {
  const { current } = registry({
    ahead: 'ahead.js',
    integrity: { 'ahead.js': integrity('a') },
    ...build,
  }).remotes.profiling!;
  runAhead({ build: current, entry: window.location.origin + ENTRY }, PROFILING.basename);
}

/** What a gateway writes into the page. */
function givePage(src: string): void {
  const script = document.createElement('script');
  // Not one that this page runs.
  script.type = 'text/plain';
  script.src = src;
  script.setAttribute(AHEAD_ATTRIBUTE, '{}');
  document.head.append(script);
}

afterEach(() => {
  for (const script of scripts()) script.remove();
  window.history.replaceState(null, '', '/');
});

describe('the script that asks ahead', () => {
  it('runs when the build is accepted, checked by the browser, and knows where it is', () => {
    window.history.replaceState(null, '', '/pyroscope?service=rt-detr');
    accept();
    const [script] = scripts();
    expect(script?.src).toBe(SRC);
    expect([script?.integrity, script?.crossOrigin]).toEqual([integrity('a'), 'anonymous']);
    expect(parseAheadContext(script?.getAttribute(AHEAD_ATTRIBUTE))).toEqual({
      basename: '/pyroscope',
      backendUrl: '/api',
      profilesUrl: '/profiles',
      tenant: undefined,
      search: '?service=rt-detr',
    });
  });

  it.each(['load', 'error'])('leaves nothing in the page after its %s', (event) => {
    accept();
    scripts()[0]?.dispatchEvent(new Event(event));
    expect(scripts()).toEqual([]);
  });

  it('does not run twice when the page came with it, but again for a load after that', () => {
    givePage(SRC);
    accept();
    expect(scripts()).toHaveLength(1);
    accept();
    expect(scripts()).toHaveLength(2);
  });

  it('runs when the page came with that of another build: its answers count', () => {
    givePage(SRC.replace('ahead.js', 'ahead.other.js'));
    accept();
    expect(scripts().map(({ src }) => src)).toContain(SRC);
  });

  it.each<[string, Partial<RemoteBuild>]>([
    ['of a build that has none', { ahead: undefined }],
    ['that the registry gives no hash for', { integrity: {} }],
  ])('%s does not run', (_which, build) => {
    accept(build);
    expect(scripts()).toEqual([]);
  });
});

it.each([
  ['/pyroscope', PROFILING],
  ['/pyroscope/compare', PROFILING],
  ['/pyroscopes', undefined],
  ['/ai', undefined],
])('the remote at %s', (pathname, remote) => {
  expect(remoteOf(pathname)).toBe(remote);
});
