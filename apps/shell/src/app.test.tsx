import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { BrowserRouter } from 'react-router';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { App, preloadRoute } from './app.tsx';
import { DOWN, serve } from './testing/server.ts';
import { screenWidth } from './testing/setup.ts';

const loadRemote = vi.hoisted(() => vi.fn());
vi.mock('./remotes/load-remote.ts', () => ({ loadRemote }));

function show(path: string) {
  window.history.replaceState(null, '', path);
  return render(
    <BrowserRouter>
      <App />
    </BrowserRouter>,
  );
}

const sidebar = () => within(screen.getByTestId('sidebar'));

beforeEach(() => {
  serve({ '/api/models': DOWN, '/api/audit': DOWN, '/api/config': DOWN });
  loadRemote.mockReset().mockResolvedValue({
    contract: '1.0.0',
    mount: (element: HTMLElement) => {
      element.textContent = 'the profiling page';
      return () => element.replaceChildren();
    },
  });
});

describe('the host', () => {
  it('has the AI group, open, in its order', () => {
    show('/ai');
    expect(sidebar().getByRole('button', { name: 'AI' })).toHaveAttribute('aria-expanded', 'true');
    expect(
      sidebar()
        .getAllByRole('link')
        .map((link) => [link.textContent, link.getAttribute('href')]),
    ).toEqual([
      ['AI Performance', '/ai'],
      ['AI Audit', '/ai-audit'],
      ['Profiling', '/pyroscope'],
    ]);
  });

  it('folds the group', async () => {
    show('/ai');
    await userEvent.click(sidebar().getByRole('button', { name: 'AI' }));
    expect(sidebar().queryByRole('link')).not.toBeInTheDocument();
    await userEvent.click(sidebar().getByRole('button', { name: 'AI' }));
    expect(sidebar().getAllByRole('link')).toHaveLength(3);
  });

  it('leads to the profiling page and marks where one is', async () => {
    show('/ai');
    await userEvent.click(sidebar().getByRole('link', { name: 'Profiling' }));
    expect(await screen.findByText('the profiling page')).toBeInTheDocument();
    expect(sidebar().getByRole('link', { current: 'page' })).toHaveTextContent('Profiling');
    expect(document.title).toBe('Profiling · HSI');
    await userEvent.click(sidebar().getByRole('link', { name: 'AI Audit' }));
    expect(await screen.findByTestId('ai-audit-page')).toBeInTheDocument();
    expect(screen.queryByText('the profiling page')).not.toBeInTheDocument();
  });

  it('gives the remote its sub-paths', async () => {
    show('/pyroscope/compare?service=rt-detr');
    expect(await screen.findByText('the profiling page')).toBeInTheDocument();
  });

  it('starts at AI Performance', async () => {
    show('/');
    expect(await screen.findByTestId('ai-page')).toBeInTheDocument();
    expect(window.location.pathname).toBe('/ai');
  });

  it('says when there is no such page', async () => {
    show('/nothing/here');
    expect(screen.getByText('There is no such page')).toBeInTheDocument();
    expect(screen.getByText('/nothing/here')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('link', { name: 'Go to Profiling' }));
    expect(await screen.findByText('the profiling page')).toBeInTheDocument();
  });

  it('stays usable while the profiling page cannot load', async () => {
    loadRemote.mockRejectedValue(new Error('gone'));
    show('/pyroscope');
    expect(await screen.findByTestId('remote-fallback')).toBeInTheDocument();
    await userEvent.click(sidebar().getByRole('link', { name: 'AI Performance' }));
    expect(await screen.findByTestId('ai-page')).toBeInTheDocument();
  });

  it.each(['/pyroscope', '/ai', '/pyroscope-other'])('prepares %s without a failure', (path) => {
    expect(() => preloadRoute(path)).not.toThrow();
  });
});

describe('the drawer of a narrow screen', () => {
  it('opens with the focus inside, and gives it back when it closes', async () => {
    show('/ai');
    const button = screen.getByRole('button', { name: 'Open navigation' });
    await userEvent.click(button);
    const drawer = screen.getByRole('dialog', { name: 'Navigation' });
    expect(drawer).toContainElement(document.activeElement as HTMLElement);
    expect(screen.getByRole('main', { hidden: true })).toHaveAttribute('inert');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(button).toHaveFocus();
  });

  it('keeps the focus inside while it is open', async () => {
    show('/ai');
    await userEvent.click(screen.getByRole('button', { name: 'Open navigation' }));
    const drawer = screen.getByRole('dialog');
    const others = [...(drawer.parentElement?.children ?? [])].filter((part) => part !== drawer);
    expect(others).toHaveLength(4);
    for (const part of others) expect(part).toHaveAttribute('inert');
  });

  it('closes when the screen becomes wide', async () => {
    show('/ai');
    await userEvent.click(screen.getByRole('button', { name: 'Open navigation' }));
    act(() => {
      screenWidth.matches = true;
      screenWidth.dispatchEvent(new Event('change'));
    });
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(screen.getByRole('main')).not.toHaveAttribute('inert');
  });

  it('closes when a page is chosen, or beside it', async () => {
    show('/ai');
    const button = screen.getByRole('button', { name: 'Open navigation' });
    await userEvent.click(button);
    await userEvent.click(
      within(screen.getByRole('dialog')).getByRole('link', { name: 'AI Audit' }),
    );
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(await screen.findByTestId('ai-audit-page')).toBeInTheDocument();

    await userEvent.click(button);
    await userEvent.click(screen.getByTestId('backdrop'));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });
});
