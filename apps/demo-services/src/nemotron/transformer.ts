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

export interface TransformerShape {
  readonly vocabulary: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** Keys and values of what a conversation has said so far, one pair per layer. */
export interface KeyValueCache {
  readonly layers: { keys: Matrix; values: Matrix }[];
  length: number;
}

interface Block {
  readonly project: Matrix;
  readonly output: Matrix;
  readonly expand: Matrix;
  readonly contract: Matrix;
}

/** A decoder-only transformer with random weights: the arithmetic of a language model, not its sense. */
export class Transformer {
  private readonly embeddings: Matrix;
  private readonly blocks: readonly Block[];
  private readonly head: Matrix;

  constructor(
    private readonly shape: TransformerShape,
    random: () => number,
  ) {
    const weights = (rows: number, columns: number) =>
      matrix(rows, columns, randomWeights(rows * columns, rows, random));
    const { vocabulary, width, layers } = shape;
    this.embeddings = weights(vocabulary, width);
    this.head = weights(width, vocabulary);
    this.blocks = Array.from({ length: layers }, () => ({
      project: weights(width, width * 3),
      output: weights(width, width),
      expand: weights(width, width * 4),
      contract: weights(width * 4, width),
    }));
  }

  emptyCache(): KeyValueCache {
    const { layers, width } = this.shape;
    return {
      layers: Array.from({ length: layers }, () => ({
        keys: matrix(0, width),
        values: matrix(0, width),
      })),
      length: 0,
    };
  }

  /** Reads tokens into the cache and scores every token as the one that follows. */
  forwardPass(tokens: readonly number[], cache: KeyValueCache): Float32Array {
    let states = this.embedTokens(tokens, cache.length);
    for (const [layer, block] of this.blocks.entries()) {
      states = addInPlace(states, this.attend(normalizeLayer(states), block, layer, cache));
      states = addInPlace(states, feedForward(normalizeLayer(states), block));
    }
    cache.length += tokens.length;
    const { width } = this.shape;
    const last = matrix(1, width, states.values.slice((tokens.length - 1) * width));
    return multiplyMatrices(normalizeLayer(last), this.head).values;
  }

  private embedTokens(tokens: readonly number[], firstPosition: number): Matrix {
    const { width, vocabulary } = this.shape;
    const states = matrix(tokens.length, width);
    for (const [row, token] of tokens.entries()) {
      const from = (token % vocabulary) * width;
      for (let column = 0; column < width; column++) {
        const angle = (firstPosition + row) / 10_000 ** (column / width);
        const position = column % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
        states.values[row * width + column] = this.embeddings.values[from + column]! + position;
      }
    }
    return states;
  }

  private attend(states: Matrix, block: Block, layer: number, cache: KeyValueCache): Matrix {
    const { width, heads } = this.shape;
    const projected = multiplyMatrices(states, block.project);
    const stored = cache.layers[layer]!;
    stored.keys = appendRows(stored.keys, sliceColumns(projected, width, width * 2));
    stored.values = appendRows(stored.values, sliceColumns(projected, width * 2, width * 3));
    const queries = sliceColumns(projected, 0, width);
    const mixed = multiHeadAttention(queries, stored.keys, stored.values, heads, cache.length);
    return multiplyMatrices(mixed, block.output);
  }
}

function feedForward(states: Matrix, block: Block): Matrix {
  return multiplyMatrices(geluInPlace(multiplyMatrices(states, block.expand)), block.contract);
}

function appendRows(upper: Matrix, lower: Matrix): Matrix {
  const values = new Float32Array(upper.values.length + lower.values.length);
  values.set(upper.values);
  values.set(lower.values, upper.values.length);
  return matrix(upper.rows + lower.rows, lower.columns, values);
}

/** The index of one of the `count` best scores, the better the likelier. */
export function sampleTopK(scores: Float32Array, count: number, random: () => number): number {
  const best = Array.from(scores, (score, index) => ({ score, index }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count);
  const peak = best[0]?.score ?? 0;
  const weights = best.map(({ score }) => Math.exp(score - peak));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [at, weight] of weights.entries()) {
    left -= weight;
    if (left <= 0) return best[at]!.index;
  }
  return best[0]?.index ?? 0;
}
