import { type Box } from '@hsi/backend-api';
import { type TensorData } from '../images/image.ts';

const PIXEL_THRESHOLD = 0.3;
const BOX_THRESHOLD = 0.6;
/** How far a box grows: the detector is trained on text shrunk by the inverse. */
const UNCLIP_RATIO = 1.5;
const MINIMUM_SIDE = 3;
const MAXIMUM_BOXES = 200;

/** A connected region of text pixels. */
interface Blob {
  left: number;
  top: number;
  right: number;
  bottom: number;
  pixels: number;
  sum: number;
}

/**
 * Text lines of a probability map `[1, 1, height, width]`, in its pixels, in reading order
 * (differentiable binarisation's post-processing, with upright boxes: slanted text gets the box
 * around it).
 */
export function textBoxes(map: TensorData): { box: Box; score: number }[] {
  const height = map.shape.at(-2) ?? 0;
  const width = map.shape.at(-1) ?? 0;
  const boxes: { box: Box; score: number }[] = [];
  for (const blob of blobs(map.data, width, height)) {
    const score = blob.sum / blob.pixels;
    const blobWidth = blob.right - blob.left + 1;
    const blobHeight = blob.bottom - blob.top + 1;
    if (score < BOX_THRESHOLD || Math.min(blobWidth, blobHeight) < MINIMUM_SIDE) continue;
    const grow = (blobWidth * blobHeight * UNCLIP_RATIO) / (2 * (blobWidth + blobHeight));
    const left = Math.max(0, blob.left - grow);
    const top = Math.max(0, blob.top - grow);
    const right = Math.min(width, blob.right + 1 + grow);
    const bottom = Math.min(height, blob.bottom + 1 + grow);
    boxes.push({ box: [left, top, right - left, bottom - top], score });
    if (boxes.length === MAXIMUM_BOXES) break;
  }
  return inReadingOrder(boxes);
}

function blobs(values: Float32Array, width: number, height: number): Blob[] {
  const seen = new Uint8Array(values.length);
  const stack: number[] = [];
  const found: Blob[] = [];
  for (let start = 0; start < values.length; start++) {
    if (seen[start] === 1 || values[start]! <= PIXEL_THRESHOLD) continue;
    const blob: Blob = { left: width, top: height, right: 0, bottom: 0, pixels: 0, sum: 0 };
    seen[start] = 1;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      addPixel(blob, at % width, Math.floor(at / width), values[at]!);
      for (const next of neighbours(at, width, height)) {
        if (seen[next] === 1 || values[next]! <= PIXEL_THRESHOLD) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    found.push(blob);
  }
  return found;
}

function addPixel(blob: Blob, x: number, y: number, value: number): void {
  blob.left = Math.min(blob.left, x);
  blob.right = Math.max(blob.right, x);
  blob.top = Math.min(blob.top, y);
  blob.bottom = Math.max(blob.bottom, y);
  blob.pixels += 1;
  blob.sum += value;
}

function neighbours(at: number, width: number, height: number): number[] {
  const x = at % width;
  const y = Math.floor(at / width);
  const result: number[] = [];
  if (x > 0) result.push(at - 1);
  if (x < width - 1) result.push(at + 1);
  if (y > 0) result.push(at - width);
  if (y < height - 1) result.push(at + width);
  return result;
}

/** Rows from the top; within a row (half a line high) from the left. */
function inReadingOrder<T extends { readonly box: Box }>(boxes: readonly T[]): T[] {
  const sorted = boxes.toSorted((a, b) => a.box[1] - b.box[1]);
  const rows: T[][] = [];
  for (const item of sorted) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (row !== undefined && first !== undefined && item.box[1] - first.box[1] < first.box[3] / 2) {
      row.push(item);
    } else rows.push([item]);
  }
  return rows.flatMap((row) => row.toSorted((a, b) => a.box[0] - b.box[0]));
}
