import { type RgbaImage } from './image.ts';

/** A rectangle of an image, in its pixels. */
export interface Region {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** Red, green and blue as planes, 0 to 255. */
export interface RgbPlanes extends PixelSize {
  readonly planes: readonly [Float32Array, Float32Array, Float32Array];
}

/** Share of each source pixel in one target pixel. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `width` weights for each target pixel. */
  readonly weights: Float32Array;
  readonly width: number;
}

/**
 * Scales a region of an image: a triangle filter whose reach grows with the reduction, as the
 * models' own pre-processing does (Pillow's `BILINEAR`), so that small print does not break up.
 */
export function resample(image: RgbaImage, region: Region, target: PixelSize): RgbPlanes {
  const across = taps(region.x, region.width, target.width, image.width);
  const down = taps(region.y, region.height, target.height, image.height);
  const rows = resampleRows(image, across, target.width, usedRows(down));
  const planes = rows.planes.map((plane) =>
    resampleColumns(plane, rows.top, down, target),
  ) as unknown as RgbPlanes['planes'];
  return { ...target, planes };
}

function taps(start: number, length: number, target: number, limit: number): Taps {
  const scale = length / target;
  const reach = Math.max(1, scale);
  const width = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(target);
  const count = new Int32Array(target);
  const weights = new Float32Array(target * width);
  for (let i = 0; i < target; i++) {
    const centre = start + (i + 0.5) * scale;
    const from = Math.max(0, Math.floor(centre - reach));
    const to = Math.min(limit, Math.ceil(centre + reach));
    let sum = 0;
    for (let at = from; at < to && at - from < width; at++) {
      const weight = Math.max(0, 1 - Math.abs((at + 0.5 - centre) / reach));
      weights[i * width + at - from] = weight;
      sum += weight;
    }
    for (let k = 0; k < width; k++) weights[i * width + k]! /= sum || 1;
    first[i] = from;
    count[i] = Math.min(to - from, width);
  }
  return { first, count, weights, width };
}

function usedRows({ first, count }: Taps): { top: number; bottom: number } {
  let top = Infinity;
  let bottom = 0;
  for (let i = 0; i < first.length; i++) {
    top = Math.min(top, first[i]!);
    bottom = Math.max(bottom, first[i]! + count[i]!);
  }
  return { top, bottom };
}

function resampleRows(
  image: RgbaImage,
  across: Taps,
  width: number,
  { top, bottom }: { top: number; bottom: number },
): { planes: Float32Array[]; top: number } {
  const planes = [0, 1, 2].map(() => new Float32Array(width * (bottom - top)));
  const [red, green, blue] = planes as [Float32Array, Float32Array, Float32Array];
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < width; x++) {
      let r = 0;
      let g = 0;
      let b = 0;
      const base = x * across.width;
      let pixel = (y * image.width + across.first[x]!) * 4;
      for (let k = 0; k < across.count[x]!; k++, pixel += 4) {
        const weight = across.weights[base + k]!;
        r += weight * image.data[pixel]!;
        g += weight * image.data[pixel + 1]!;
        b += weight * image.data[pixel + 2]!;
      }
      const at = (y - top) * width + x;
      red[at] = r;
      green[at] = g;
      blue[at] = b;
    }
  }
  return { planes, top };
}

function resampleColumns(
  plane: Float32Array,
  top: number,
  down: Taps,
  { width, height }: PixelSize,
): Float32Array {
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const target = y * width;
    for (let k = 0; k < down.count[y]!; k++) {
      const weight = down.weights[y * down.width + k]!;
      const source = (down.first[y]! - top + k) * width;
      for (let x = 0; x < width; x++) result[target + x]! += weight * plane[source + x]!;
    }
  }
  return result;
}
