import { multiHeadAttention } from '../math/attention.ts';
import {
  addInPlace,
  geluInPlace,
  type Matrix,
  matrix,
  multiplyMatrices,
  normalizeLayer,
  sliceColumns,
} from '../math/matrix.ts';
import { randomWeights } from '../math/random.ts';
import type { GreyImage } from './pyramid.ts';

export interface EncoderShape {
  /** Side of a patch in pixels. */
  readonly patch: number;
  readonly width: number;
  readonly heads: number;
  /** Patches that attend to each other. */
  readonly window: number;
}

/** Turns pictures into rows of features, one per patch; random weights. */
export class VisionEncoder {
  private readonly embedding: Matrix;
  private readonly project: Matrix;
  private readonly expand: Matrix;
  private readonly contract: Matrix;

  constructor(
    private readonly shape: EncoderShape,
    random: () => number,
  ) {
    const { patch, width } = shape;
    const weights = (rows: number, columns: number) =>
      matrix(rows, columns, randomWeights(rows * columns, rows, random));
    this.embedding = weights(patch * patch, width);
    this.project = weights(width, width * 3);
    this.expand = weights(width, width * 4);
    this.contract = weights(width * 4, width);
  }

  encodeImage(image: GreyImage): Matrix {
    const states = embedPatches(image, this.shape.patch, this.embedding);
    const attended = addInPlace(states, this.windowAttention(normalizeLayer(states)));
    const expanded = geluInPlace(multiplyMatrices(normalizeLayer(attended), this.expand));
    return addInPlace(attended, multiplyMatrices(expanded, this.contract));
  }

  private windowAttention(states: Matrix): Matrix {
    const { width, heads, window } = this.shape;
    const result = matrix(states.rows, width);
    const projected = multiplyMatrices(states, this.project);
    for (let first = 0; first < states.rows; first += window) {
      const rows = sliceRows(projected, first, Math.min(states.rows, first + window));
      const mixed = multiHeadAttention(
        sliceColumns(rows, 0, width),
        sliceColumns(rows, width, width * 2),
        sliceColumns(rows, width * 2, width * 3),
        heads,
      );
      result.values.set(mixed.values, first * width);
    }
    return result;
  }
}

/** One row per patch: its pixels times the embedding. */
export function embedPatches(image: GreyImage, side: number, embedding: Matrix): Matrix {
  const across = Math.floor(image.width / side);
  const down = Math.floor(image.height / side);
  const patches = matrix(across * down, side * side);
  for (let row = 0; row < patches.rows; row++) {
    const left = (row % across) * side;
    const top = Math.floor(row / across) * side;
    for (let y = 0; y < side; y++) {
      const from = (top + y) * image.width + left;
      patches.values.set(image.values.subarray(from, from + side), row * side * side + y * side);
    }
  }
  return multiplyMatrices(patches, embedding);
}

export function sliceRows(input: Matrix, from: number, to: number): Matrix {
  const { columns } = input;
  return matrix(to - from, columns, input.values.slice(from * columns, to * columns));
}
