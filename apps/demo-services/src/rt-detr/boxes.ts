import type { Planes } from './preprocess.ts';

/** Corners in pixels of the network's input, a score from 0 to 1. */
export interface Detection {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly score: number;
  readonly label: string;
}

export const LABELS = ['person', 'vehicle', 'animal', 'package'] as const;

/** One box per label and cell of the feature map, sized by the features; weak ones are left out. */
export function decodeBoxes(features: Planes, inputSize: number, threshold: number): Detection[] {
  const { width, height } = features;
  const stride = inputSize / width;
  const found: Detection[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (const [index, label] of LABELS.entries()) {
        const at = (channel: number) =>
          features.values[((channel % features.channels) * height + y) * width + x]!;
        const score = sigmoid(at(index) * 2 - 1);
        if (score < threshold) continue;
        const halfWidth = stride * (0.6 + sigmoid(at(index + 4)) * 3);
        const halfHeight = stride * (0.6 + sigmoid(at(index + 8)) * 3);
        const centreX = (x + 0.5) * stride;
        const centreY = (y + 0.5) * stride;
        found.push({
          left: Math.max(0, centreX - halfWidth),
          top: Math.max(0, centreY - halfHeight),
          right: Math.min(inputSize, centreX + halfWidth),
          bottom: Math.min(inputSize, centreY + halfHeight),
          score,
          label,
        });
      }
    }
  }
  return found;
}

/** The best of every group of boxes of one label that overlap by more than `overlap`, best first. */
export function nonMaxSuppression(boxes: readonly Detection[], overlap: number): Detection[] {
  const ordered = [...boxes].sort((a, b) => b.score - a.score);
  const kept: Detection[] = [];
  for (const box of ordered) {
    const covered = kept.some(
      (better) => better.label === box.label && intersectionOverUnion(better, box) > overlap,
    );
    if (!covered) kept.push(box);
  }
  return kept;
}

export function intersectionOverUnion(a: Detection, b: Detection): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

function area(box: Detection): number {
  return (box.right - box.left) * (box.bottom - box.top);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
