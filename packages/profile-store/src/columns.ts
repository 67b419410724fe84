import {
  BIGINT,
  DuckDBDataChunk,
  INTEGER,
  VARCHAR,
  type DuckDBAppender,
  type DuckDBMaterializedResult,
  type DuckDBVector,
} from '@duckdb/node-api';

/** Rows of one append; DuckDB's chunks hold no more. */
const CHUNK_ROWS = 2_048;
const TWO_32 = 4_294_967_296;

/** An INTEGER column that grows. */
export class Int32Column {
  data = new Int32Array(256);
  length = 0;

  push(value: number): void {
    if (this.length === this.data.length) this.data = doubled(this.data);
    this.data[this.length++] = value;
  }
}

/** A BIGINT column that grows, as pairs of lower and upper 32 bits: appending makes no BigInt. */
export class Int64Column {
  data = new Int32Array(512);
  length = 0;

  /** Appends a whole number below 2^53, not negative. */
  push(value: number): void {
    this.pushHalves(value | 0, (value / TWO_32) | 0);
  }

  pushBigInt(value: bigint): void {
    this.pushHalves(Number(BigInt.asIntN(32, value)), Number(BigInt.asIntN(32, value >> 32n)));
  }

  private pushHalves(low: number, high: number): void {
    if (2 * this.length === this.data.length) this.data = doubled(this.data);
    this.data[2 * this.length] = low;
    this.data[2 * this.length + 1] = high;
    this.length++;
  }
}

/** A VARCHAR column. */
export class TextColumn {
  readonly data: string[] = [];

  push(value: string): void {
    this.data.push(value);
  }

  get length(): number {
    return this.data.length;
  }
}

export type Column = Int32Column | Int64Column | TextColumn;

function doubled(data: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * data.length);
  grown.set(data);
  return grown;
}

/** Appends columns of equal length as rows. */
export function appendColumns(appender: DuckDBAppender, columns: readonly Column[]): void {
  const rows = columns[0]?.length ?? 0;
  const types = columns.map((column) =>
    column instanceof Int32Column ? INTEGER : column instanceof Int64Column ? BIGINT : VARCHAR,
  );
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const to = Math.min(rows, from + CHUNK_ROWS);
    const chunk = DuckDBDataChunk.create(types, to - from);
    for (const [index, column] of columns.entries()) fill(chunk, index, column, from, to);
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
}

function fill(
  chunk: DuckDBDataChunk,
  index: number,
  column: Column,
  from: number,
  to: number,
): void {
  if (column instanceof TextColumn) {
    chunk.setColumnValues(index, column.data.slice(from, to));
    return;
  }
  const vector = chunk.getColumnVector(index);
  if (column instanceof Int32Column) int32Items(vector).set(column.data.subarray(from, to));
  else halves(int64Items(vector)).set(column.data.subarray(2 * from, 2 * to));
  vector.flush();
}

/*
 * A vector's memory. DuckDB's binding declares it private and offers one call per value instead,
 * which takes longer than the query does. The dependency's version is exact, and a vector without
 * this memory throws at the first test.
 */
function int32Items(vector: DuckDBVector): Int32Array {
  const { items } = vector as unknown as { readonly items: unknown };
  if (!(items instanceof Int32Array)) throw new TypeError('not a vector of INTEGER');
  return items;
}

function int64Items(vector: DuckDBVector): BigInt64Array {
  const { items } = vector as unknown as { readonly items: unknown };
  if (!(items instanceof BigInt64Array)) throw new TypeError('not a vector of BIGINT');
  return items;
}

function halves(items: BigInt64Array): Int32Array {
  return new Int32Array(items.buffer, items.byteOffset, 2 * items.length);
}

/** Reads columns of INTEGER (`number`) and BIGINT (`int64`) values, chunk by chunk. */
export class ResultColumns {
  private index = 0;
  private chunk: DuckDBDataChunk | undefined;

  constructor(private readonly result: DuckDBMaterializedResult) {}

  /** Goes to the next chunk; its count of rows, 0 at the end. */
  next(): number {
    if (this.index >= this.result.chunkCount) return 0;
    this.chunk = this.result.getChunk(this.index++);
    return this.chunk.rowCount === 0 ? this.next() : this.chunk.rowCount;
  }

  int32(column: number): Int32Array {
    return int32Items(this.chunk!.getColumnVector(column));
  }

  int64(column: number): BigInt64Array {
    return int64Items(this.chunk!.getColumnVector(column));
  }

  text(column: number): string[] {
    return this.chunk!.getColumnValues(column).map(String);
  }
}
