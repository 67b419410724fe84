import { AHEAD_ATTRIBUTE, parseAheadContext } from '@hsi/remote-contract';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ENTRY, integrity, MANIFEST, registry } from '../testing/remotes.ts';
import { DOWN, serve } from '../testing/server.ts';
import { findAhead, findNow } from './find-ahead.ts';
import { PROFILING, remoteOf } from './remote-routes.ts';

const REGISTRY = '/remotes/registry.json';
const script = () => document.head.querySelector<HTMLScriptElement>('script[src]');
const find = () => findNow(PROFILING, new AbortController().signal);
const withAhead = registry({
  ahead: 'ahead.js',
  integrity: { 'ahead.js': integrity('a') },
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'hsiFoundAhead');
  script()?.remove();
  window.history.replaceState(null, '', '/');
});

describe('the script that asks ahead', () => {
  it('runs when the build is accepted, checked by the browser, and knows where it is', async () => {
    window.history.replaceState(null, '', '/pyroscope?service=rt-detr');
    serve({ [REGISTRY]: withAhead, [ENTRY]: DOWN });
    await expect(find()).rejects.toMatchObject({ phase: 'manifest' });
    expect(script()?.src).toBe(new URL('ahead.js', `${window.location.origin}${ENTRY}`).href);
    expect([script()?.integrity, script()?.crossOrigin]).toEqual([integrity('a'), 'anonymous']);
    expect(parseAheadContext(script()?.getAttribute(AHEAD_ATTRIBUTE))).toEqual({
      basename: '/pyroscope',
      backendUrl: '/api',
      profilesUrl: '/profiles',
      tenant: undefined,
      search: '?service=rt-detr',
    });
  });

  it.each(['load', 'error'])('leaves nothing in the page after its %s', async (event) => {
    serve({ [REGISTRY]: withAhead, [ENTRY]: MANIFEST });
    await find();
    script()?.dispatchEvent(new Event(event));
    expect(script()).toBeNull();
  });

  it.each<[string, Parameters<typeof registry>[0]]>([
    ['of a build that has none', {}],
    ['that the registry gives no hash for', { ahead: 'ahead.js', integrity: {} }],
    ['of a build that is refused', { ahead: 'ahead.js', contract: '^9.0.0' }],
  ])('%s does not run', async (_which, build) => {
    serve({ [REGISTRY]: registry(build), [ENTRY]: MANIFEST });
    await find().catch(() => undefined);
    expect(script()).toBeNull();
  });
});

describe('finding a remote ahead', () => {
  it('is not done again for the first who asks', async () => {
    const server = serve({ [REGISTRY]: registry(), [ENTRY]: MANIFEST });
    findAhead(PROFILING);
    expect(await find()).toMatchObject({ federationName: 'profiling_remote' });
    expect(server.asked).toHaveLength(2);
    await find();
    expect(server.asked).toHaveLength(4);
  });

  it('is not begun when somebody has asked already: the boot script may come late', async () => {
    const server = serve({ [REGISTRY]: registry(), [ENTRY]: MANIFEST });
    await find();
    findAhead(PROFILING);
    await find();
    expect(server.asked).toHaveLength(4);
  });

  it('gives its failure to the first who asks', async () => {
    const server = serve({ [REGISTRY]: DOWN });
    findAhead(PROFILING);
    await vi.waitFor(() => expect(server.asked).toHaveLength(1));
    await expect(find()).rejects.toMatchObject({ phase: 'registry' });
  });

  it.each([
    ['/pyroscope', PROFILING],
    ['/pyroscope/compare', PROFILING],
    ['/pyroscopes', undefined],
    ['/ai', undefined],
  ])('at %s', (pathname, remote) => {
    expect(remoteOf(pathname)).toBe(remote);
  });
});
