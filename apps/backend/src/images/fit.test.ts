import { describe, expect, it } from 'vitest';
import { gradient, paint } from '../testing/images.ts';
import { letterbox, middleOf, toTensor, UNIT, wholeOf } from './fit.ts';
import { resample } from './resample.ts';

const round = (values: Iterable<number>) => [...values].map((value) => Math.round(value));

describe('resampling', () => {
  it('keeps an image of the same size', () => {
    const image = gradient(8, 4);
    const { planes } = resample(image, wholeOf(image), image);
    expect(round(planes[0].subarray(0, 8))).toEqual(
      [...Array(8).keys()].map((x) => image.data[x * 4]),
    );
  });

  it('averages what is reduced, so that fine stripes become grey', () => {
    const stripes = paint(64, 4, (x) => (x % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
    const { planes } = resample(stripes, wholeOf(stripes), { width: 8, height: 4 });
    for (const value of planes[0].subarray(1, 7)) expect(value).toBeCloseTo(127.5, 0);
  });

  it('keeps a flat colour flat, however it is scaled', () => {
    const flat = paint(7, 5, () => [10, 20, 30]);
    for (const size of [
      { width: 3, height: 2 },
      { width: 20, height: 13 },
    ]) {
      const { planes } = resample(flat, wholeOf(flat), size);
      expect(new Set(round(planes[0]))).toEqual(new Set([10]));
      expect(new Set(round(planes[2]))).toEqual(new Set([30]));
    }
  });

  it('takes a region', () => {
    const halves = paint(20, 2, (x) => (x < 10 ? [0, 0, 0] : [200, 200, 200]));
    const right = { x: 12, y: 0, width: 6, height: 2 };
    expect(new Set(round(resample(halves, right, { width: 3, height: 2 }).planes[0]))).toEqual(
      new Set([200]),
    );
  });
});

describe('fitting', () => {
  it('takes the middle in the proportions of the target', () => {
    expect(middleOf({ width: 200, height: 100 }, { width: 50, height: 50 })).toEqual({
      x: 50,
      y: 0,
      width: 100,
      height: 100,
    });
  });

  it('puts a wide image between grey bars and says where it lies', () => {
    const { pixels, placement } = letterbox(
      paint(20, 10, () => [255, 255, 255]),
      { width: 10, height: 10 },
    );
    expect(placement).toEqual({ scale: 0.5, offsetX: 0, offsetY: 2 });
    const column = Array.from({ length: 10 }, (_, y) => pixels.planes[0][y * 10 + 5]!);
    expect(round(column)).toEqual([114, 114, 255, 255, 255, 255, 255, 114, 114, 114]);
  });

  it('normalises and orders the channels', () => {
    const flat = paint(2, 1, () => [255, 0, 51]);
    const pixels = resample(flat, wholeOf(flat), flat);
    const half = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
    expect(toTensor(pixels, UNIT)).toMatchObject({ shape: [1, 3, 1, 2] });
    expect(round(toTensor(pixels, UNIT).data.map((value) => value * 10))).toEqual([
      10, 10, 0, 0, 2, 2,
    ]);
    expect(round(toTensor(pixels, half, 'bgr').data.map((value) => value * 10))).toEqual([
      -6, -6, -10, -10, 10, 10,
    ]);
  });
});
