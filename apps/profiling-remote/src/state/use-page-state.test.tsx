import { defaultMountContext } from '@hsi/remote-contract';
import { act, renderHook } from '@testing-library/react';
import { type ReactNode } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { MountContextProvider } from '../page/page-services.tsx';
import { usePageNotices, usePageState } from './use-page-state.ts';

function openPage(search: string) {
  window.history.replaceState(null, '', `/pyroscope${search}`);
  const context = defaultMountContext(window);
  const navigate = vi.fn(context.navigate);
  const wrapper = (props: { children: ReactNode }) => (
    <MountContextProvider context={{ ...context, navigate }}>{props.children}</MountContextProvider>
  );
  const { result } = renderHook(() => ({ page: usePageState(), notices: usePageNotices() }), {
    wrapper,
  });
  return {
    navigate,
    state: () => result.current.page[0],
    notices: () => result.current.notices,
    patch: (...args: Parameters<(typeof result.current.page)[1]>) =>
      act(() => result.current.page[1](...args)),
  };
}

describe('the page state', () => {
  it('is what the address says', () => {
    const page = openPage('?service=rt-detr');
    expect(page.state().service).toBe('rt-detr');
    expect(page.notices()).toEqual([]);
  });

  it('changes with the address', () => {
    const page = openPage('');
    act(() => {
      window.history.pushState(null, '', '/pyroscope?type=memory');
      window.dispatchEvent(new PopStateEvent('popstate'));
    });
    expect(page.state().type).toBe('memory');
  });

  it('writes a change to the address and keeps the rest', () => {
    const page = openPage('?service=rt-detr&debug=1');
    page.patch({ type: 'memory' });
    expect(window.location.search).toBe('?debug=1&service=rt-detr&type=memory&v=1');
    expect(page.state()).toMatchObject({ service: 'rt-detr', type: 'memory' });
    expect(page.navigate).toHaveBeenCalledWith(expect.anything(), { replace: false });
  });

  it('replaces the address when asked to', () => {
    const page = openPage('');
    page.patch({ q: 'resize' }, { replace: true });
    expect(page.navigate).toHaveBeenCalledWith('/pyroscope?q=resize&v=1', { replace: true });
  });

  it('keeps both of two changes made at once', () => {
    const page = openPage('');
    const [, patch] = [page.state(), page.patch];
    patch({ service: 'florence' });
    patch({ model: 'florence-2-large' });
    expect(page.state()).toMatchObject({ service: 'florence', model: 'florence-2-large' });
  });

  it('keeps equal lists the same object, so that a search lays no graph out anew', () => {
    const page = openPage('?focus=main&hide=node');
    const { focus, hide } = page.state();
    page.patch({ q: 'resize' });
    expect(page.state().focus).toBe(focus);
    expect(page.state().hide).toBe(hide);
    page.patch({ hide: ['node', 'go'] });
    expect(page.state().hide).toEqual(['node', 'go']);
  });

  it('goes nowhere when nothing changes', () => {
    const page = openPage('?service=rt-detr&v=1');
    page.patch({ service: 'rt-detr' });
    expect(page.navigate).not.toHaveBeenCalled();
  });

  it('leaves the host alone after it has gone to another page', () => {
    const page = openPage('');
    window.history.replaceState(null, '', '/ai');
    page.patch({ service: 'rt-detr' });
    expect(page.navigate).not.toHaveBeenCalled();
  });

  it('says what it could not read until the address is good', () => {
    const page = openPage('?type=disk');
    expect(page.notices()).toHaveLength(1);
    page.patch({ type: 'memory' });
    expect(page.notices()).toEqual([]);
  });
});
