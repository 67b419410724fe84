import { expect, it } from 'vitest';
import { seededRandom } from './index.ts';

const first = (seed: number, count: number) => Array.from({ length: count }, seededRandom(seed));

it('gives the same numbers for the same seed, and others for another', () => {
  expect(first(7, 20)).toEqual(first(7, 20));
  expect(first(7, 20)).not.toEqual(first(8, 20));
});

it('gives numbers from 0 to 1 that are spread evenly', () => {
  const numbers = first(1, 10_000);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  expect(numbers.filter((number) => number < 0.25).length / 10_000).toBeCloseTo(0.25, 1);
});
