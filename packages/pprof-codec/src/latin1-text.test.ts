import { expect, test } from 'vitest';
import { latin1Text } from './latin1-text.ts';

test('a text is as long as its bytes, and the same from a Buffer and from plain bytes', () => {
  const bytes = Buffer.from('\n\x05main\x00é', 'utf8').subarray(1);
  const plain = new Uint8Array(bytes);
  expect(latin1Text(plain)).toHaveLength(bytes.length);
  expect(latin1Text(bytes)).toBe(latin1Text(plain));
  expect(latin1Text(plain).slice(1, 5)).toBe('main');
});
