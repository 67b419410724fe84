import { describe, expect, it } from 'vitest';
import { expectsNative, rememberedView, rememberShown, rememberView } from './view-choice.ts';

describe('what the browser remembers', () => {
  it('is nothing at first', () => {
    expect(rememberedView()).toBeUndefined();
    expect(expectsNative(undefined)).toBe(true);
  });

  it('is the view that was chosen', () => {
    rememberView('profiles');
    rememberShown('frame');
    expect(rememberedView()).toBe('profiles');
    expect(expectsNative(undefined)).toBe(true);
    expect(expectsNative('dashboard')).toBe(false);
  });

  it('is what was shown, for the next time', () => {
    rememberShown('frame');
    expect(expectsNative(undefined)).toBe(false);
    expect(expectsNative('compare')).toBe(true);
    rememberShown('native');
    expect(expectsNative(undefined)).toBe(true);
  });

  it('is ignored when it makes no sense', () => {
    window.localStorage.setItem('hsi-profiling.view', 'table');
    expect(rememberedView()).toBeUndefined();
  });
});
