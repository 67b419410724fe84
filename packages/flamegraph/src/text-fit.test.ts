import { DrawLog } from '@hsi/test-kit';
import { expect, it } from 'vitest';
import { TextFitter } from './text-fit.ts';

// Every character of a draw log is 6 wide.
const fitter = new TextFitter(new DrawLog(), '12px sans-serif');

it.each([
  ['loadModel', 54, 'loadModel'],
  ['loadModel', 53, 'loadMod…'],
  ['loadModel', 12, 'l…'],
  ['loadModel', 11, ''],
  ['ab', 12, 'ab'],
  ['قراءة_الملف', 66, 'قراءة_الملف'],
  ['قراءة_الملف', 30, 'قراء…'],
  ['👩‍👩‍👧‍👧 family', 42, ''],
])('%s in %i', (text, room, shown) => {
  expect(fitter.fit(text, room)).toBe(shown);
});

it('never cuts an emoji of several code points in two', () => {
  expect(fitter.fit('👩‍👩‍👧‍👧 family', 60)).toBe('👩‍👩‍👧‍👧 f…');
});

it('measures texts', () => {
  expect(fitter.width('main')).toBe(24);
  expect(fitter.width('ма́')).toBe(18);
});
