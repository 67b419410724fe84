import {
  type Matrix,
  matrix,
  multiplyMatrices,
  sliceColumns,
  softmaxRows,
  transpose,
} from './matrix.ts';

/**
 * Scaled dot-product attention of one head: one row per query. With `firstPosition` a query at
 * position p sees the keys up to p (`firstPosition` is the position of the first query).
 */
export function attentionHead(
  queries: Matrix,
  keys: Matrix,
  values: Matrix,
  firstPosition?: number,
): Matrix {
  const scores = multiplyMatrices(queries, transpose(keys));
  const scale = 1 / Math.sqrt(queries.columns);
  for (let row = 0; row < scores.rows; row++) {
    const visible = firstPosition === undefined ? scores.columns : firstPosition + row + 1;
    for (let column = 0; column < scores.columns; column++) {
      const at = row * scores.columns + column;
      scores.values[at] = column < visible ? scores.values[at]! * scale : -1e9;
    }
  }
  return multiplyMatrices(softmaxRows(scores), values);
}

/** Attention of all heads side by side; the columns are split evenly among them. */
export function multiHeadAttention(
  queries: Matrix,
  keys: Matrix,
  values: Matrix,
  heads: number,
  firstPosition?: number,
): Matrix {
  const result = matrix(queries.rows, values.columns);
  const width = queries.columns / heads;
  for (let head = 0; head < heads; head++) {
    const from = head * width;
    const mixed = attentionHead(
      sliceColumns(queries, from, from + width),
      sliceColumns(keys, from, from + width),
      sliceColumns(values, from, from + width),
      firstPosition,
    );
    for (let row = 0; row < mixed.rows; row++) {
      result.values.set(
        mixed.values.subarray(row * width, (row + 1) * width),
        row * result.columns + from,
      );
    }
  }
  return result;
}
