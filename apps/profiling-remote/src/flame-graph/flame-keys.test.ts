import { describe, expect, it } from 'vitest';
import { actionOf, KEY_BINDINGS, keyLabel, keyName, keyOf } from './flame-keys.ts';

const NONE = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };

describe('the keyboard map', () => {
  it('gives each key one meaning', () => {
    const keys = KEY_BINDINGS.flatMap(({ bindings }) => bindings.flatMap((each) => each.keys));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  it.each([
    [{ key: 'c' }, 'copy-name'],
    [{ key: 'C', shiftKey: true }, 'copy-stack'],
    // Caps lock.
    [{ key: 'C' }, 'copy-name'],
    [{ key: '?', shiftKey: true }, 'help'],
    [{ key: '+', shiftKey: true }, 'zoom-in'],
    [{ key: 'F10', shiftKey: true }, 'menu'],
    [{ key: 'ArrowLeft', shiftKey: true }, 'pan-left'],
  ])('%j does %s', (press, command) => {
    expect(actionOf({ ...NONE, ...press })).toEqual({ command });
  });

  it('leaves the browser its own', () => {
    expect(actionOf({ ...NONE, key: 'c', ctrlKey: true })).toBeUndefined();
    expect(actionOf({ ...NONE, key: 'l', metaKey: true })).toBeUndefined();
    expect(actionOf({ ...NONE, key: 'Tab' })).toBeUndefined();
  });

  it('names keys for people', () => {
    expect(keyOf('copy-stack')).toBe('⇧ C');
    expect(keyOf('focus')).toBe('Enter');
    expect(keyLabel('Shift+ArrowLeft')).toBe('⇧ ←');
    expect(keyLabel(' ')).toBe('Space');
    expect(keyName({ ...NONE, key: 'Enter', shiftKey: true })).toBe('Shift+Enter');
  });
});
