import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as v from 'valibot';

export interface RecordLogOptions<S extends RecordSchema> {
  readonly path: string;
  readonly schema: S;
  /** Records that are kept; the oldest go first. */
  readonly keep: number;
  /** Takes a sentence when the file cannot be read or written. */
  readonly warn: (message: string) => void;
}

type RecordSchema = v.GenericSchema<unknown, { readonly id: number }>;

/**
 * Numbered records in memory and in a file of JSON lines, one write per record, so that a killed
 * process loses none that was acknowledged. Bad lines (a torn last one) are left out and said.
 */
export class RecordLog<S extends RecordSchema> {
  #records: v.InferOutput<S>[] = [];
  #lines = 0;
  #lastId = 0;
  #file: number | undefined;
  #failure: string | undefined;
  readonly #options: RecordLogOptions<S>;

  constructor(options: RecordLogOptions<S>) {
    this.#options = options;
    mkdirSync(dirname(options.path), { recursive: true });
    this.#read();
    this.#compact();
  }

  /** Oldest first. */
  get records(): readonly v.InferOutput<S>[] {
    return this.#records;
  }

  /** Why the last write failed; undefined while all is well. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Numbers and keeps a record. When the disk refuses it, it is kept in memory alone. */
  append(record: Omit<v.InferOutput<S>, 'id'>): v.InferOutput<S> {
    this.#lastId += 1;
    const numbered = { id: this.#lastId, ...record } as v.InferOutput<S>;
    this.#records.push(numbered);
    if (this.#records.length > this.#options.keep) this.#records.shift();
    this.#write(`${JSON.stringify(numbered)}\n`);
    if (this.#lines > 2 * this.#options.keep) this.#compact();
    return numbered;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #read(): void {
    const { path, schema, keep, warn } = this.#options;
    let bad = 0;
    for (const line of readLines(path)) {
      const record = parseLine(schema, line);
      if (record === undefined) bad += 1;
      else {
        this.#records.push(record);
        this.#lastId = Math.max(this.#lastId, record.id);
      }
    }
    this.#records = this.#records.slice(-keep);
    if (bad > 0) warn(`${path}: ${bad} line(s) could not be read and were left out.`);
  }

  /** Writes the kept records to a new file that takes the old one's place. */
  #compact(): void {
    const { path, warn } = this.#options;
    this.close();
    const text = this.#records.map((record) => `${JSON.stringify(record)}\n`).join('');
    try {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
      this.#lines = this.#records.length;
      this.#file = openSync(path, 'a');
    } catch (error) {
      this.#failure = String(error);
      warn(`${path} cannot be written: ${String(error)}. Records are kept in memory only.`);
    }
  }

  #write(text: string): void {
    if (this.#file === undefined) return;
    try {
      writeSync(this.#file, text);
      this.#lines += 1;
      this.#failure = undefined;
    } catch (error) {
      if (this.#failure === undefined) {
        this.#options.warn(`${this.#options.path} cannot be written: ${String(error)}.`);
      }
      this.#failure = String(error);
    }
  }
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function parseLine<S extends RecordSchema>(schema: S, line: string): v.InferOutput<S> | undefined {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
