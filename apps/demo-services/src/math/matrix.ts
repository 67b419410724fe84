/** A matrix of floats, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export function matrix(rows: number, columns: number, values?: Float32Array): Matrix {
  return { rows, columns, values: values ?? new Float32Array(rows * columns) };
}

/** `left` x `right`. @throws RangeError when the shapes do not fit */
export function multiplyMatrices(left: Matrix, right: Matrix): Matrix {
  if (left.columns !== right.rows) {
    throw new RangeError(`${left.rows}x${left.columns} by ${right.rows}x${right.columns}`);
  }
  const result = matrix(left.rows, right.columns);
  const { columns } = right;
  for (let row = 0; row < left.rows; row++) {
    for (let inner = 0; inner < left.columns; inner++) {
      const factor = left.values[row * left.columns + inner]!;
      const from = inner * columns;
      const to = row * columns;
      for (let column = 0; column < columns; column++) {
        result.values[to + column]! += factor * right.values[from + column]!;
      }
    }
  }
  return result;
}

/** Every row as weights that add up to 1, in place. */
export function softmaxRows(scores: Matrix): Matrix {
  const { columns, values } = scores;
  for (let start = 0; start < values.length; start += columns) {
    let peak = -Infinity;
    for (let at = start; at < start + columns; at++) peak = Math.max(peak, values[at]!);
    let sum = 0;
    for (let at = start; at < start + columns; at++) {
      values[at] = Math.exp(values[at]! - peak);
      sum += values[at]!;
    }
    for (let at = start; at < start + columns; at++) values[at]! /= sum;
  }
  return scores;
}

/** Every row with mean 0 and variance 1, as a new matrix. */
export function normalizeLayer(input: Matrix): Matrix {
  const result = matrix(input.rows, input.columns);
  const { columns } = input;
  for (let start = 0; start < input.values.length; start += columns) {
    let sum = 0;
    for (let at = start; at < start + columns; at++) sum += input.values[at]!;
    const mean = sum / columns;
    let squares = 0;
    for (let at = start; at < start + columns; at++) squares += (input.values[at]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / columns + 1e-5);
    for (let at = start; at < start + columns; at++) {
      result.values[at] = (input.values[at]! - mean) * scale;
    }
  }
  return result;
}

/** The usual smooth gate of a feed-forward layer (tanh form), in place. */
export function geluInPlace(input: Matrix): Matrix {
  const { values } = input;
  for (let at = 0; at < values.length; at++) {
    const x = values[at]!;
    values[at] = 0.5 * x * (1 + Math.tanh(0.7978845608 * (x + 0.044715 * x * x * x)));
  }
  return input;
}

/** `left + right`, value by value, into `left`. */
export function addInPlace(left: Matrix, right: Matrix): Matrix {
  for (let at = 0; at < left.values.length; at++) left.values[at]! += right.values[at]!;
  return left;
}

/** Columns `from` to `to` (exclusive) of every row, as a new matrix. */
export function sliceColumns(input: Matrix, from: number, to: number): Matrix {
  const result = matrix(input.rows, to - from);
  for (let row = 0; row < input.rows; row++) {
    const start = row * input.columns;
    result.values.set(input.values.subarray(start + from, start + to), row * (to - from));
  }
  return result;
}

export function transpose(input: Matrix): Matrix {
  const result = matrix(input.columns, input.rows);
  for (let row = 0; row < input.rows; row++) {
    for (let column = 0; column < input.columns; column++) {
      result.values[column * input.rows + row] = input.values[row * input.columns + column]!;
    }
  }
  return result;
}
