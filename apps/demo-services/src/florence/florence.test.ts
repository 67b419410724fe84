import { describe, expect, it } from 'vitest';
import { matrix } from '../math/matrix.ts';
import { seededRandom } from '../math/random.ts';
import { CaptionDecoder } from './caption.ts';
import { buildImagePyramid, gaussianBlur } from './pyramid.ts';
import { FlorenceService } from './service.ts';
import { embedPatches, VisionEncoder } from './vision-encoder.ts';

const image = (width: number, height: number, values: number[]) => ({
  width,
  height,
  values: Float32Array.from(values),
});

describe('the pyramid', () => {
  it('halves the picture on every level', () => {
    const pyramid = buildImagePyramid(image(8, 4, Array<number>(32).fill(0.5)), 3);
    expect(pyramid.map(({ width, height }) => [width, height])).toEqual([
      [8, 4],
      [4, 2],
      [2, 1],
    ]);
    expect([...pyramid[2]!.values]).toEqual([0.5, 0.5]);
  });

  it('spreads a point to its neighbours and keeps the light', () => {
    const point = image(
      5,
      5,
      Array.from({ length: 25 }, (_, at) => (at === 12 ? 1 : 0)),
    );
    const blurred = [...gaussianBlur(point).values];
    expect(blurred[12]).toBeCloseTo((6 / 16) ** 2);
    expect(blurred[10]).toBeCloseTo(6 / 256);
    expect(blurred.reduce((sum, value) => sum + value)).toBeCloseTo(1);
  });
});

it('embeds a picture patch by patch', () => {
  const picture = image(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]);
  const sums = embedPatches(picture, 2, matrix(4, 1, new Float32Array(4).fill(1)));
  expect([...sums.values]).toEqual([14, 22]);
});

it('encodes a picture into one row per patch', () => {
  const encoder = new VisionEncoder({ patch: 2, width: 8, heads: 2, window: 3 }, seededRandom(1));
  const features = encoder.encodeImage(
    image(
      4,
      4,
      Array.from({ length: 16 }, (_, at) => at / 16),
    ),
  );
  expect([features.rows, features.columns]).toEqual([4, 8]);
  expect(features.values.every(Number.isFinite)).toBe(true);
});

it('searches a sentence of known words, the same each time', () => {
  const words = ['a', 'cat', 'door'];
  const decoder = new CaptionDecoder(words, 4, seededRandom(2));
  const features = matrix(2, 4, Float32Array.from([1, 0, 0, 1, 0, 1, 1, 0]));
  const sentence = decoder.beamSearch(features, 5, 2);
  expect(sentence).toHaveLength(5);
  expect(words).toEqual(expect.arrayContaining([...new Set(sentence)]));
  expect(decoder.beamSearch(features, 5, 2)).toEqual(sentence);
});

it('remembers what it has seen', async () => {
  const service = new FlorenceService();
  for (let turn = 0; turn < 3; turn++) await service.step();
  expect(service.rememberedCount).toBe(3);
});
