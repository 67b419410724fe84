import { describe, expect, it } from 'vitest';
import { attentionHead, multiHeadAttention } from './attention.ts';
import {
  addInPlace,
  geluInPlace,
  matrix,
  multiplyMatrices,
  normalizeLayer,
  sliceColumns,
  softmaxRows,
  transpose,
} from './matrix.ts';
import { randomWeights, seededRandom } from './random.ts';

const of = (rows: number, columns: number, ...values: number[]) =>
  matrix(rows, columns, Float32Array.from(values));

describe('matrices', () => {
  it('multiply', () => {
    const product = multiplyMatrices(of(2, 3, 1, 2, 3, 4, 5, 6), of(3, 2, 7, 8, 9, 10, 11, 12));
    expect([...product.values]).toEqual([58, 64, 139, 154]);
    expect(() => multiplyMatrices(of(1, 2, 1, 1), of(1, 2, 1, 1))).toThrow('1x2 by 1x2');
  });

  it('turn, split and add', () => {
    expect([...transpose(of(2, 3, 1, 2, 3, 4, 5, 6)).values]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...sliceColumns(of(2, 3, 1, 2, 3, 4, 5, 6), 1, 3).values]).toEqual([2, 3, 5, 6]);
    expect([...addInPlace(of(1, 2, 1, 2), of(1, 2, 10, 20)).values]).toEqual([11, 22]);
  });

  it('have rows that add up to one after softmax, huge scores included', () => {
    const { values } = softmaxRows(of(2, 2, 1_000, 1_000, 0, Math.log(3)));
    expect([...values]).toEqual([0.5, 0.5, 0.25, 0.75].map((value) => expect.closeTo(value, 6)));
  });

  it('have rows of mean 0 and variance 1 after normalisation', () => {
    const { values } = normalizeLayer(of(1, 4, 2, 4, 6, 8));
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0);
    expect(values.reduce((sum, value) => sum + value * value, 0) / 4).toBeCloseTo(1, 3);
  });

  it('pass a gate that shuts below zero', () => {
    const [low, zero, high] = geluInPlace(of(1, 3, -10, 0, 10)).values;
    expect([low, zero, high]).toEqual([expect.closeTo(0), 0, expect.closeTo(10)]);
  });
});

describe('attention', () => {
  const keys = of(2, 2, 1, 0, 0, 1);
  const values = of(2, 2, 1, 2, 3, 4);

  it('takes the value of the key that fits', () => {
    const [first] = attentionHead(of(1, 2, 100, 0), keys, values).values;
    expect(first).toBeCloseTo(1);
  });

  it('does not look ahead of its position', () => {
    const { values: seen } = attentionHead(of(2, 2, 0, 100, 0, 100), keys, values, 0);
    expect(seen[0]).toBeCloseTo(1);
    expect(seen[2]).toBeCloseTo(3);
  });

  it('works head by head', () => {
    const result = multiHeadAttention(of(1, 2, 50, 50), keys, values, 2);
    expect([...result.values]).toEqual([expect.closeTo(1), expect.closeTo(4)]);
  });
});

it('draws the same numbers for the same seed', () => {
  const [one, two] = [seededRandom(4), seededRandom(4)];
  const numbers = Array.from({ length: 100 }, one);
  expect(Array.from({ length: 100 }, two)).toEqual(numbers);
  expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(
    Math.abs(randomWeights(1_000, 3, one).reduce((sum, value) => sum + value, 0)),
  ).toBeLessThan(80);
});
