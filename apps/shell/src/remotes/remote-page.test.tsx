import { type MountContext, type RemoteModule } from '@hsi/remote-contract';
import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { BrowserRouter, Link } from 'react-router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DOWN, serve } from '../testing/server.ts';
import { RemoteFailure } from './remote-failure.ts';
import { PROFILING } from './remote-routes.ts';
import { RemotePage } from './remote-page.tsx';

const loadRemote = vi.hoisted(() => vi.fn<() => Promise<RemoteModule>>());
vi.mock('./load-remote.ts', () => ({ loadRemote }));

/** A remote that shows its address, and notes what it is given. */
function testRemote() {
  const contexts: Partial<MountContext>[] = [];
  const unmount = vi.fn();
  const module: RemoteModule = {
    contract: '1.0.0',
    mount(element, context = {}) {
      contexts.push(context);
      const show = () => {
        const { pathname = '', search = '' } = context.location?.get() ?? {};
        element.textContent = `remote at ${pathname}${search}`;
      };
      show();
      const unsubscribe = context.location?.subscribe(show);
      return () => {
        unsubscribe?.();
        unmount();
      };
    },
  };
  return { module, contexts, unmount };
}

function show() {
  return render(
    <BrowserRouter>
      <Link to="/pyroscope?service=rt-detr">RT-DETR</Link>
      <RemotePage route={PROFILING} title="Profiling" />
    </BrowserRouter>,
  );
}

beforeEach(() => {
  window.history.replaceState(null, '', '/pyroscope');
  loadRemote.mockReset();
  serve({ '/api/config': DOWN });
});

describe('a remote page', () => {
  it('shows a skeleton at once and then the remote', async () => {
    const { module, contexts } = testRemote();
    loadRemote.mockResolvedValue(module);
    show();
    expect(screen.getByTestId('remote-loading')).toBeInTheDocument();
    expect(await screen.findByText('remote at /pyroscope')).toBeInTheDocument();
    expect(contexts[0]).toMatchObject({
      basename: '/pyroscope',
      theme: 'dark',
      backendUrl: '/api',
      profilesUrl: '/profiles',
    });
  });

  it('says after a while that it still waits', () => {
    vi.useFakeTimers();
    loadRemote.mockReturnValue(new Promise(() => undefined));
    show();
    expect(screen.getByRole('status')).toBeEmptyDOMElement();
    act(() => {
      vi.advanceTimersByTime(3_000);
    });
    expect(screen.getByRole('status')).toHaveTextContent('Profiling is still loading.');
  });

  it('gives the remote the host’s location and navigation', async () => {
    const { module, contexts } = testRemote();
    loadRemote.mockResolvedValue(module);
    show();
    await screen.findByText('remote at /pyroscope');

    await userEvent.click(screen.getByRole('link', { name: 'RT-DETR' }));
    expect(await screen.findByText('remote at /pyroscope?service=rt-detr')).toBeInTheDocument();

    act(() => contexts[0]?.navigate?.('/pyroscope?q=resize', { replace: true }));
    expect(screen.getByText('remote at /pyroscope?q=resize')).toBeInTheDocument();
    expect(window.location.search).toBe('?q=resize');
    expect(contexts).toHaveLength(1);

    act(() => window.history.back());
    expect(await screen.findByText('remote at /pyroscope')).toBeInTheDocument();
  });

  it('shows an address that the remote asks for at once, before the router renders', async () => {
    const { module, contexts } = testRemote();
    loadRemote.mockResolvedValue(module);
    show();
    await screen.findByText('remote at /pyroscope');
    const { navigate, location } = contexts[0]!;
    act(() => {
      navigate?.('/pyroscope?q=a');
      expect(location?.get().search).toBe('?q=a');
      expect(location?.get()).toBe(location?.get());
    });
  });

  it('unmounts it when the page is left', async () => {
    const { module, unmount } = testRemote();
    loadRemote.mockResolvedValue(module);
    const page = show();
    await screen.findByText('remote at /pyroscope');
    page.unmount();
    expect(unmount).toHaveBeenCalledTimes(1);
  });

  it('says what failed, and loads it on Retry without a reload', async () => {
    loadRemote.mockRejectedValueOnce(
      new RemoteFailure('manifest', 'http://cdn.test/mf-manifest.json could not be loaded.'),
    );
    show();
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('Profiling could not be loaded');
    expect(alert).toHaveTextContent('http://cdn.test/mf-manifest.json could not be loaded.');

    loadRemote.mockRejectedValueOnce(new RemoteFailure('manifest', 'Still gone.'));
    await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findByText('Tried 2 times; it still fails.')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Retry' })).toHaveFocus();

    const { module } = testRemote();
    loadRemote.mockResolvedValueOnce(module);
    await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findByText('remote at /pyroscope')).toBeInTheDocument();
  });

  it('survives a remote that throws while it starts', async () => {
    loadRemote.mockResolvedValueOnce({
      contract: '1.0.0',
      mount() {
        throw new Error('no canvas');
      },
    });
    show();
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It failed while it started: no canvas.',
    );
    expect(screen.getByTestId('remote-fallback')).toHaveAttribute('data-phase', 'mount');
  });

  it('survives any other failure', async () => {
    loadRemote.mockRejectedValueOnce(new Error('boom'));
    show();
    expect(await screen.findByRole('alert')).toHaveTextContent('boom.');
  });
});

describe('the ways around a remote that cannot load', () => {
  const links = () =>
    screen.getAllByRole('link').map((link) => [link.textContent, link.getAttribute('href')]);

  it('are the gateway’s defaults when there is no configuration', async () => {
    loadRemote.mockRejectedValueOnce(new RemoteFailure('code', 'Gone.'));
    show();
    await screen.findByRole('alert');
    expect(links().slice(1)).toEqual([
      ['Open in Grafana', expect.stringMatching(/^\/grafana\/d\/hsi-profiling\/hsi-profiling/)],
      ['Open Pyroscope', 'http://localhost:4040'],
    ]);
    const grafana = screen.getByTestId('fallback-grafana-link');
    expect(grafana).toHaveAttribute('target', '_blank');
    expect(grafana).toHaveAttribute('rel', 'noopener noreferrer');
  });

  it('are the configured ones', async () => {
    serve({
      '/api/config': {
        grafana_url: 'https://grafana.test/g/',
        pyroscope_url: 'http://pyroscope.test:4040',
      },
    });
    loadRemote.mockRejectedValueOnce(new RemoteFailure('code', 'Gone.'));
    show();
    await waitFor(() =>
      expect(screen.getByTestId('fallback-pyroscope-link')).toHaveAttribute(
        'href',
        'http://pyroscope.test:4040',
      ),
    );
    expect(screen.getByTestId('fallback-grafana-link').getAttribute('href')).toMatch(
      /^https:\/\/grafana\.test\/g\/d\/hsi-profiling/,
    );
  });

  it('say that no Grafana is configured instead of leading nowhere', async () => {
    serve({ '/api/config': { grafana_url: '/grafana', grafana_configured: false } });
    loadRemote.mockRejectedValueOnce(new RemoteFailure('code', 'Gone.'));
    show();
    await screen.findByText('No Grafana is configured.', { exact: false, selector: 'span' });
    expect(screen.queryByTestId('fallback-grafana-link')).not.toBeInTheDocument();
  });
});
