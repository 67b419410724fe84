import { type Box } from '@hsi/backend-api';
import { letterbox, type Placement, toTensor, UNIT } from '../images/fit.ts';
import { type RgbaImage, type TensorData } from '../images/image.ts';
import { labelAt } from './labels.ts';
import { axis, inputSize, type Pipeline } from './pipeline.ts';

const MINIMUM_SCORE = 0.4;
const MAXIMUM_OVERLAP = 0.45;
const MAXIMUM_DETECTIONS = 20;

interface Candidate {
  readonly classIndex: number;
  readonly score: number;
  readonly box: Box;
}

/** YOLO's exports: letterboxed input of 0 to 1; output `[1, 4 + classes, cells]` in input pixels. */
export const detection: Pipeline = {
  prepare(image, input, labels) {
    const { pixels, placement } = letterbox(image, inputSize(input, 640));
    return {
      input: toTensor(pixels, UNIT),
      interpret(output) {
        const kept = suppressOverlaps(readCandidates(output, placement, image));
        const items = kept.map(({ classIndex, score, box }) => ({
          label: labelAt(labels, classIndex),
          score,
          box,
        }));
        return { kind: 'detections', items };
      },
    };
  },
};

function readCandidates(output: TensorData, placement: Placement, image: RgbaImage): Candidate[] {
  const rows = axis(output, -2, '[1, 4 + classes, cells]');
  const cells = axis(output, -1, '[1, 4 + classes, cells]');
  const { data } = output;
  const candidates: Candidate[] = [];
  for (let cell = 0; cell < cells; cell++) {
    let classIndex = 0;
    let score = 0;
    for (let row = 4; row < rows; row++) {
      const value = data[row * cells + cell]!;
      if (value > score) {
        score = value;
        classIndex = row - 4;
      }
    }
    if (score < MINIMUM_SCORE) continue;
    const [x, y, width, height] = [0, 1, 2, 3].map((row) => data[row * cells + cell]!) as [
      number,
      number,
      number,
      number,
    ];
    const box = toImage([x, y, width, height], placement, image);
    // Nothing is left of a box that lies in the grey bars.
    if (box[2] >= 1 && box[3] >= 1) candidates.push({ classIndex, score, box });
  }
  return candidates;
}

/** From centre and size in the model's input to a corner and size inside the image. */
function toImage(
  [centreX, centreY, width, height]: Box,
  { scale, offsetX, offsetY }: Placement,
  image: RgbaImage,
): Box {
  const limit = (value: number, maximum: number) => Math.min(Math.max(value, 0), maximum);
  const left = limit((centreX - width / 2 - offsetX) / scale, image.width);
  const top = limit((centreY - height / 2 - offsetY) / scale, image.height);
  const right = limit((centreX + width / 2 - offsetX) / scale, image.width);
  const bottom = limit((centreY + height / 2 - offsetY) / scale, image.height);
  return [left, top, right - left, bottom - top];
}

/** Keeps the best of the boxes of one class that overlap. */
export function suppressOverlaps(candidates: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    if (kept.length === MAXIMUM_DETECTIONS) break;
    const overlaps = kept.some(
      (better) =>
        better.classIndex === candidate.classIndex &&
        overlap(better.box, candidate.box) > MAXIMUM_OVERLAP,
    );
    if (!overlaps) kept.push(candidate);
  }
  return kept;
}

/** Shared area by joint area, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}
