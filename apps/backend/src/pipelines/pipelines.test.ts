import { describe, expect, it } from 'vitest';
import { gradient, paint } from '../testing/images.ts';
import { actionRecognition, classification, embedding, softmax } from './classes.ts';
import { detection, overlap, suppressOverlaps } from './detection.ts';
import { depth, pose, segmentation } from './maps.ts';
import { brisqueFeatures, logGamma, quality } from './quality.ts';
import { textBoxes } from './text-boxes.ts';
import { alphabet, readLine } from './text-lines.ts';

const image = gradient(64, 32);
const input = (...shape: (number | undefined)[]) => ({ name: 'x', shape });
const output = (shape: number[], values: Iterable<number>) => ({
  shape,
  data: Float32Array.from(values),
});

/** A map drawn as text: `.` is 0, a digit is tenths, `#` is 0.9. */
function draw(rows: readonly string[], shape: number[] = []) {
  const values = rows
    .join('')
    .split('')
    .map((mark) => (mark === '#' ? 0.9 : mark === '.' ? 0 : Number(mark) / 10));
  return output([...shape, rows.length, rows[0]?.length ?? 0], values);
}

describe('classification', () => {
  it('gives the most likely classes first, with probabilities', () => {
    const prepared = classification.prepare(image, input(1, 3, 8, 8), ['cat', 'dog']);
    expect(prepared.input.shape).toEqual([1, 3, 8, 8]);
    const result = prepared.interpret(output([1, 3], [1, 3, 2]));
    expect(result).toMatchObject({
      kind: 'classes',
      items: [{ label: 'dog' }, { label: 'class 2' }, { label: 'cat' }],
    });
  });

  it('turns large logits into shares of one', () => {
    const shares = softmax(Float32Array.of(1000, 1000, -1000));
    expect(shares).toEqual([0.5, 0.5, 0]);
  });

  it('of actions sees frames that pan across the image', () => {
    const prepared = actionRecognition.prepare(image, input(1, 4, 3, 8, 8), ['walking']);
    const { data, shape } = prepared.input;
    expect(shape).toEqual([1, 4, 3, 8, 8]);
    const reds = [0, 1, 2, 3].map((frame) => data[frame * 3 * 64 + 28]!);
    expect(reds.toSorted((a, b) => a - b)).toEqual(reds);
    expect(prepared.interpret(output([1, 1], [2]))).toEqual({
      kind: 'classes',
      items: [{ label: 'walking', score: 1 }],
    });
  });
});

describe('an embedding', () => {
  it('is a unit vector', () => {
    const result = embedding
      .prepare(image, input(1, 3, 8, 8), [])
      .interpret(output([1, 2], [3, 4]));
    expect(result).toMatchObject({ kind: 'embedding', dimensions: 2 });
    expect(result.kind === 'embedding' && result.preview).toEqual([
      expect.closeTo(0.6),
      expect.closeTo(0.8),
    ]);
  });

  it('without dimensions is an error that says what is expected', () => {
    const prepared = embedding.prepare(image, input(1, 3, 8, 8), []);
    expect(() => prepared.interpret(output([], []))).toThrow('expected [1, dimensions]');
  });
});

describe('detection', () => {
  // 64 x 32 in a square of 32: half the size, 8 pixels of grey above.
  const prepared = () => detection.prepare(image, input(1, 3, 32, 32), ['face', 'plate']);
  // Rows: centre x, centre y, width, height, face, plate.
  const cells = (...columns: number[][]) =>
    output(
      [1, 6, columns.length],
      [0, 1, 2, 3, 4, 5].flatMap((row) => columns.map((column) => column[row]!)),
    );

  it('gives boxes in pixels of the image', () => {
    expect(prepared().interpret(cells([16, 16, 8, 4, 0.1, 0.8]))).toEqual({
      kind: 'detections',
      items: [{ label: 'plate', score: expect.closeTo(0.8), box: [24, 12, 16, 8] }],
    });
  });

  it('leaves out what is unlikely and what lies in the grey bars', () => {
    const result = prepared().interpret(cells([16, 16, 8, 4, 0.3, 0.2], [16, 2, 8, 4, 0.9, 0]));
    expect(result).toEqual({ kind: 'detections', items: [] });
  });

  it('keeps the best of boxes of one class that overlap', () => {
    const result = prepared().interpret(
      cells([16, 16, 8, 8, 0.7, 0], [17, 16, 8, 8, 0.9, 0], [16, 16, 8, 8, 0, 0.6]),
    );
    expect(result.kind === 'detections' && result.items.map(({ label }) => label)).toEqual([
      'face',
      'plate',
    ]);
  });

  it('measures overlap as shared area by joint area', () => {
    expect(overlap([0, 0, 2, 2], [1, 0, 2, 2])).toBeCloseTo(1 / 3);
    expect(overlap([0, 0, 2, 2], [5, 5, 2, 2])).toBe(0);
  });

  it('gives at most twenty', () => {
    const many = Array.from({ length: 30 }, (_, i) => ({
      classIndex: 0,
      score: 0.5,
      box: [i * 10, 0, 5, 5] as [number, number, number, number],
    }));
    expect(suppressOverlaps(many)).toHaveLength(20);
  });
});

describe('maps', () => {
  it('of a pose give the peak of each joint in the image', () => {
    const prepared = pose.prepare(image, input(1, 3, 32, 32), ['nose', 'hip']);
    const heat = draw(['....', '..#.', '....', '....', '....', '.7..', '....', '....'], []);
    const result = prepared.interpret({ ...heat, shape: [1, 2, 4, 4] });
    expect(result).toEqual({
      kind: 'pose',
      keypoints: [
        { name: 'nose', x: 40, y: 8, score: expect.closeTo(0.9) },
        { name: 'hip', x: 24, y: 8, score: expect.closeTo(0.7) },
      ],
    });
  });

  it('of depth give a grid from far to near', () => {
    const prepared = depth.prepare(image, input(1, 3, 16, 16), []);
    const result = prepared.interpret(
      output(
        [1, 8, 8],
        Array.from({ length: 64 }, (_, i) => i),
      ),
    );
    expect(result).toMatchObject({ kind: 'depth', min: 0, max: 63, mean: 31.5 });
    expect(result.kind === 'depth' && [result.grid[0]?.[0], result.grid[7]?.[7]]).toEqual([0, 1]);
  });

  it('of segments give the share of each class', () => {
    const prepared = segmentation.prepare(image, input(1, 3, undefined, undefined), ['sky', 'car']);
    expect(prepared.input.shape).toEqual([1, 3, 512, 512]);
    const logits = draw(['55', '55', '9.', '..'], []);
    const result = prepared.interpret({ ...logits, shape: [1, 2, 2, 2] });
    expect(result).toEqual({
      kind: 'segments',
      items: [
        { label: 'sky', share: 0.75 },
        { label: 'car', share: 0.25 },
      ],
    });
  });
});

describe('quality', () => {
  it('takes 36 finite statistics of any image, also of a flat one', () => {
    const noise = paint(40, 40, (x, y) => [(x * 37 + y * 91) % 256, 0, 0]);
    for (const picture of [noise, paint(4, 4, () => [9, 9, 9])]) {
      const features = brisqueFeatures(picture);
      expect(features).toHaveLength(36);
      expect([...features].every(Number.isFinite)).toBe(true);
    }
  });

  it('tells a smooth image from a noisy one', () => {
    const noise = paint(64, 64, (x, y) => {
      const value = ((x * 7919 + y * 104_729) ** 2 % 997) % 256;
      return [value, value, value];
    });
    const [smoothShape, noisyShape] = [gradient(64, 64), noise].map((p) => brisqueFeatures(p)[1]!);
    expect(noisyShape).toBeGreaterThan(smoothShape!);
  });

  it('is a score from 0 to 100', () => {
    const prepared = quality.prepare(image, input(1, 36), []);
    expect(prepared.interpret(output([1, 1], [0.25]))).toEqual({ kind: 'quality', score: 25 });
    expect(prepared.interpret(output([1, 1], [7]))).toEqual({ kind: 'quality', score: 100 });
  });

  it('knows the gamma function', () => {
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 10);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 10);
    expect(logGamma(0.2)).toBeCloseTo(1.5240638, 6);
  });
});

describe('text', () => {
  it('lies in boxes that grow around the found pixels, in reading order', () => {
    const boxes = textBoxes(
      draw([
        '....................',
        '..........#####.....',
        '..#####...#####.....',
        '..#####...#####.....',
        '..#####.............',
        '....................',
        '....................',
        '..#####.............',
        '..#####.............',
        '..#####.............',
      ]),
    );
    expect(boxes.map(({ box }) => box.map(Math.round))).toEqual([
      [1, 1, 8, 6],
      [9, 0, 8, 5],
      [1, 6, 8, 4],
    ]);
    expect(boxes[0]?.score).toBeCloseTo(0.9);
  });

  it('is not where the pixels are few or faint', () => {
    expect(textBoxes(draw(['....', '.#..', '....', '....']))).toEqual([]);
    expect(textBoxes(draw(['444', '444', '444']))).toEqual([]);
  });

  it('is read by the best character of each step, repeats merged and blanks left out', () => {
    const characters = alphabet('a\nb\r\n');
    expect(characters).toEqual(['', 'a', 'b', ' ']);
    const steps = [1, 1, 0, 1, 2, 3, 0];
    const values = steps.flatMap((best) => [0, 1, 2, 3].map((i) => (i === best ? 0.9 : 0)));
    expect(readLine(output([1, 7, 4], values), characters)).toEqual({
      text: 'aab ',
      score: expect.closeTo(0.9),
    });
    expect(readLine(output([1, 0, 4], []), characters)).toEqual({ text: '', score: 0 });
  });
});
