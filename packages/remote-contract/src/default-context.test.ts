import { describe, expect, it, vi } from 'vitest';
import { defaultMountContext, type Page } from './index.ts';

/** A window of four parts: an address, a history that changes it, and a back button. */
function pageAt(address: string) {
  const location = { pathname: '', search: '', hash: '' };
  const popstate = new Set<() => void>();
  const history: string[] = [];
  const go = (to: string) => {
    const { pathname, search, hash } = new URL(to, 'http://hsi.test');
    Object.assign(location, { pathname, search, hash });
  };
  const page: Page = {
    location,
    history: {
      pushState: (_data, _unused, url) => {
        history.push(url);
        go(url);
      },
      replaceState: (_data, _unused, url) => {
        history.splice(-1, 1, url);
        go(url);
      },
    },
    addEventListener: (_type, listener) => popstate.add(listener),
    removeEventListener: (_type, listener) => popstate.delete(listener),
    fetch: vi.fn(() => Promise.resolve(new Response('answer'))),
  };
  page.history.pushState(null, '', address);
  return {
    page,
    history,
    popstate,
    back() {
      history.pop();
      go(history.at(-1) ?? '/');
      for (const listener of popstate) listener();
    },
  };
}

describe('the default mount context', () => {
  it('fits our gateway', async () => {
    const { page } = pageAt('/pyroscope?service=rt-detr');
    const context = defaultMountContext(page);
    expect(context).toMatchObject({
      basename: '/pyroscope',
      backendUrl: '/api',
      profilesUrl: '/profiles',
      theme: 'dark',
      tenant: undefined,
    });
    expect(context.location.get()).toEqual({
      pathname: '/pyroscope',
      search: '?service=rt-detr',
      hash: '',
    });
    expect(await (await context.fetch('/api/config')).text()).toBe('answer');
    expect(() => context.telemetry({ name: 'mounted' })).not.toThrow();
  });

  it('keeps what the host gives, without trailing slashes', () => {
    const { page } = pageAt('/');
    const context = defaultMountContext(page, {
      basename: '/tools/profiling/',
      backendUrl: 'https://api.test/',
      tenant: 'house-7',
    });
    expect(context).toMatchObject({
      basename: '/tools/profiling',
      backendUrl: 'https://api.test',
      profilesUrl: '/profiles',
      tenant: 'house-7',
    });
  });

  it('tells of its own navigation and of the back button, until unsubscribed', () => {
    const { page, history, popstate, back } = pageAt('/pyroscope');
    const { location, navigate } = defaultMountContext(page);
    const seen: string[] = [];
    const unsubscribe = location.subscribe(() => seen.push(location.get().search));

    navigate('/pyroscope?q=resize');
    navigate('/pyroscope?q=resize_image', { replace: true });
    back();
    expect(seen).toEqual(['?q=resize', '?q=resize_image', '']);
    expect(history).toEqual(['/pyroscope']);

    unsubscribe();
    expect(popstate.size).toBe(0);
    navigate('/pyroscope?q=later');
    expect(seen).toHaveLength(3);
  });

  it('gives the same location object until the address changes', () => {
    const { page } = pageAt('/pyroscope');
    const { location, navigate } = defaultMountContext(page);
    const before = location.get();
    expect(location.get()).toBe(before);
    navigate('/pyroscope?q=x');
    expect(location.get()).not.toBe(before);
  });
});
