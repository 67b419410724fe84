import { CONTRACT_VERSION } from '@hsi/remote-contract';
import { act, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { contract } from './mount.tsx';
import { backend, FakeServers } from './testing/fake-servers.ts';
import { mountInto } from './testing/page-on-servers.tsx';

vi.mock('./profiles/profiles-view.tsx', () => ({ ProfilesView: () => <p>native</p> }));

afterEach(() => vi.unstubAllGlobals());

function element() {
  const node = document.createElement('div');
  document.body.append(node);
  return node;
}

describe('mounting', () => {
  it('is of the present contract', () => {
    expect(contract).toBe(CONTRACT_VERSION);
  });

  it("uses the host's fetch, addresses, location and telemetry", async () => {
    const servers = new FakeServers({
      '/host/api/config': { status: 200, body: { grafana_url: '/g', grafana_configured: false } },
    });
    const telemetry = vi.fn();
    const host = element();
    const unmount = mountInto(host, {
      basename: '/tools/profiling',
      backendUrl: '/host/api/',
      profilesUrl: '/host/profiles',
      fetch: servers.fetch,
      telemetry,
      location: {
        get: () => ({ pathname: '/tools/profiling', search: '?service=x', hash: '' }),
        subscribe: () => () => undefined,
      },
    });
    expect((await screen.findByTestId('explore-link')).getAttribute('href')).toBe(
      '/tools/profiling?view=profiles&service=x&v=1',
    );
    expect(servers.requests[0]).toBe('/host/api/config');
    expect(servers.requests.filter((path) => !path.startsWith('/host/'))).toEqual([]);
    expect(telemetry).toHaveBeenCalledWith(expect.objectContaining({ name: 'profiling.mounted' }));
    unmount();
  });

  it('leaves nothing behind', async () => {
    vi.stubGlobal('fetch', new FakeServers(backend({ grafana_configured: false })).fetch);
    const added = vi.spyOn(window, 'addEventListener');
    const removed = vi.spyOn(window, 'removeEventListener');
    const host = element();
    for (let round = 0; round < 3; round += 1) {
      const unmount = mountInto(host);
      await screen.findByTestId('pyroscope-page');
      unmount();
      expect(host).toBeEmptyDOMElement();
      await act(async () => Promise.resolve());
    }
    const types = (calls: readonly (readonly unknown[])[]) => calls.map(([type]) => type).sort();
    expect(types(added.mock.calls)).toContain('popstate');
    expect(types(removed.mock.calls)).toEqual(types(added.mock.calls));
  });

  it("asks the native view's first questions at once, unless the dashboard is expected", async () => {
    const asked = async (search: string) => {
      window.history.replaceState(null, '', `/pyroscope${search}`);
      const servers = new FakeServers(backend({ grafana_configured: false }));
      vi.stubGlobal('fetch', servers.fetch);
      const unmount = mountInto(element());
      await screen.findByTestId('pyroscope-page');
      unmount();
      return servers.requests.filter((path) => path.startsWith('/profiles/')).length;
    };
    expect(await asked('')).toBeGreaterThan(0);
    expect(await asked('?view=profiles')).toBeGreaterThan(0);
    window.localStorage.setItem('hsi-profiling.shown', 'frame');
    expect(await asked('')).toBe(0);
  });

  it('can stand twice on one page', async () => {
    vi.stubGlobal('fetch', new FakeServers(backend({ grafana_configured: false })).fetch);
    const unmounts = [element(), element()].map((host) => mountInto(host));
    await waitFor(() => expect(screen.getAllByTestId('pyroscope-page')).toHaveLength(2));
    for (const unmount of unmounts) unmount();
  });
});
