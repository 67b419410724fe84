import { describe, expect, it } from 'vitest';
import { DEFAULT_PAGE_STATE, type PageState } from '../state/page-state.ts';
import {
  expectsNative,
  nativeOnly,
  rememberedView,
  rememberShown,
  rememberView,
} from './view-choice.ts';

const page = (part: Partial<PageState> = {}): PageState => ({ ...DEFAULT_PAGE_STATE, ...part });

describe('what the browser remembers', () => {
  it('is nothing at first', () => {
    expect(rememberedView()).toBeUndefined();
    expect(expectsNative(page())).toBe(true);
  });

  it('is the view that was chosen', () => {
    rememberView('profiles');
    rememberShown('frame');
    expect(rememberedView()).toBe('profiles');
    expect(expectsNative(page())).toBe(true);
    expect(expectsNative(page({ view: 'dashboard' }))).toBe(false);
  });

  it('is what was shown, for the next time', () => {
    rememberShown('frame');
    expect(expectsNative(page())).toBe(false);
    expect(expectsNative(page({ view: 'compare' }))).toBe(true);
    rememberShown('native');
    expect(expectsNative(page())).toBe(true);
  });

  it('is ignored when it makes no sense', () => {
    window.localStorage.setItem('hsi-profiling.view', 'table');
    expect(rememberedView()).toBeUndefined();
  });
});

describe('what the dashboard cannot show', () => {
  it.each<[Partial<PageState>, string | undefined]>([
    [{ service: 'rt-detr', model: 'm', type: 'memory', from: 'now-6h' }, undefined],
    [{ spanId: '00f067aa0ba902b7' }, 'Grafana’s dashboard cannot show one span.'],
    [
      { filters: [{ name: 'version', operator: '=', value: '1' }] },
      'Grafana’s dashboard cannot filter by label.',
    ],
  ])('%j', (part, sentence) => {
    rememberShown('frame');
    expect(nativeOnly(page(part))).toBe(sentence);
    expect(expectsNative(page(part))).toBe(sentence !== undefined);
  });
});
