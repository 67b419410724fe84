import { type UnixMs } from '@hsi/profile-model';
import { Batch } from './batch.ts';
import { type Column, Int32Column, ResultColumns, TextColumn } from './columns.ts';
import { type Dictionary } from './dictionary.ts';
import { dictionaryRows, extentOf, internStacks, readDictionary } from './dictionary-rows.ts';
import { type Engine } from './engine.ts';
import { DamagedFile } from './errors.ts';
import { type IncomingProfile, type StoreLimits } from './incoming.ts';
import { loadRollups, RollupState } from './rollup.ts';
import { type TableName } from './schema.ts';
import { type Series, SeriesIndex } from './series-index.ts';
import { type SeriesProfile, splitProfile } from './split.ts';
import { type StretchFile } from './stretch-file.ts';

/** Counts the uses of all dictionaries. */
let uses = 0;

/** A profile that passed every check. */
export interface PlannedProfile {
  readonly tenant: string;
  readonly incoming: IncomingProfile;
  readonly parts: readonly SeriesProfile[];
}

/**
 * The profiles of one stretch of time (a window, and a generation within it when its files grow
 * too large), in one file with its own dictionary and series. Rows are collected in memory by
 * `add`, written by `write`, and known to queries after `publish`.
 */
export class Stretch {
  readonly rollups = new RollupState();
  hasSpans = false;
  /** True when its file grew too large: the window goes on in another file. */
  isFull = false;
  /** When it was last written, and whether its write-ahead log is folded into the file. */
  writtenMs: UnixMs = 0;
  isFolded = false;

  private readonly index = new SeriesIndex();
  private dictionaryLoad: Promise<Dictionary> | undefined;
  private loaded: Dictionary | undefined;
  /** When the dictionary was last asked for; larger is later. */
  dictionaryUse = 0;
  /** How much of the dictionary and the series is in the file. */
  private saved = { strings: 0, frames: 0, stacks: 0, series: 0 };
  private nextProfile = 1;
  private batch = new Batch();

  private constructor(
    private readonly engine: Engine,
    readonly file: StretchFile,
    /** Start of the window. */
    readonly windowMs: UnixMs,
    readonly generation: number,
  ) {}

  /** Reads what queries need at once; the dictionary is read when it is needed. */
  static async load(
    engine: Engine,
    file: StretchFile,
    windowMs: UnixMs,
    generation: number,
  ): Promise<Stretch> {
    const stretch = new Stretch(engine, file, windowMs, generation);
    const { catalog } = file;
    await stretch.index.load(engine, catalog);
    stretch.saved.series = stretch.series.length;
    const rows = new ResultColumns(
      await engine.writer.run(
        `SELECT (SELECT coalesce(max(id), 0) FROM ${catalog}.profile)::INTEGER,
           (SELECT count(*) > 0 FROM ${catalog}.span_sample)::INTEGER`,
      ),
    );
    rows.next();
    stretch.nextProfile = rows.int32(0)[0]! + 1;
    stretch.hasSpans = rows.int32(1)[0] === 1;
    await loadRollups(engine, stretch);
    return stretch;
  }

  /** The file's name, which is in the order of time. */
  get name(): string {
    return this.file.path.replace(/^.*[/\\]|\.duckdb$/g, '');
  }

  get catalog(): string {
    return this.file.catalog;
  }

  get bytes(): number {
    return this.file.bytes;
  }

  get series(): readonly Series[] {
    return this.index.all;
  }

  get firstMs(): UnixMs {
    return this.index.firstMs;
  }

  get lastMs(): UnixMs {
    return this.index.lastMs;
  }

  /** Runs a query on a reading connection. @throws DamagedFile */
  async read(sql: string): Promise<ResultColumns> {
    try {
      return new ResultColumns(await this.engine.read(sql));
    } catch (error) {
      if (!isDamage(error)) throw error;
      throw new DamagedFile(this.name, { cause: error });
    }
  }

  /** True when rows wait to be written. */
  get hasRows(): boolean {
    return !this.batch.isEmpty;
  }

  /** True when {@link add} can be called: the dictionary is in memory. */
  get isWritable(): boolean {
    return this.loaded !== undefined;
  }

  /** The stretch's dictionary, read from the file at first. */
  dictionary(): Promise<Dictionary> {
    this.dictionaryUse = ++uses;
    this.dictionaryLoad ??= readDictionary(this).then(
      (dictionary) => {
        Object.assign(this.saved, extentOf(dictionary));
        this.loaded = dictionary;
        return dictionary;
      },
      (error: unknown) => {
        this.dictionaryLoad = undefined;
        throw error;
      },
    );
    return this.dictionaryLoad;
  }

  /** Roughly what the dictionary takes in memory. */
  get dictionaryBytes(): number {
    return this.loaded?.bytes ?? 0;
  }

  /**
   * Forgets the dictionary; it is read again when it is needed. Nothing happens while a part of it
   * is not in the file. Called alone on the writing connection.
   */
  releaseDictionary(): void {
    if (this.loaded === undefined || this.hasRows) return;
    const { strings, frames, stacks } = extentOf(this.loaded);
    const { saved } = this;
    if (strings > saved.strings || frames > saved.frames || stacks > saved.stacks) return;
    this.loaded = undefined;
    this.dictionaryLoad = undefined;
  }

  /**
   * Divides a profile into those of its series and checks them, before anything is collected.
   * @throws ProfileRefused
   */
  plan(tenant: string, incoming: IncomingProfile, limits: StoreLimits): PlannedProfile {
    const parts = splitProfile(incoming, limits);
    this.index.check(tenant, parts, limits);
    return { tenant, incoming, parts };
  }

  /** Collects the rows of a planned profile. */
  add({ tenant, incoming, parts }: PlannedProfile): void {
    this.dictionaryUse = ++uses;
    const stacks = internStacks(this.loaded!, incoming.tables);
    for (const part of parts) {
      this.batch.add(this.nextProfile++, this.index.of(tenant, part), incoming, part, stacks);
    }
  }

  /** The collected rows; a new collection begins. */
  takeBatch(): Batch {
    const { batch } = this;
    this.batch = new Batch();
    return batch;
  }

  /**
   * Writes rows in one transaction; when it resolves they survive a crash. When it fails nothing
   * of them is in the file.
   */
  async write(batch: Batch): Promise<void> {
    const dictionary = this.loaded!;
    const reached = { ...extentOf(dictionary), series: this.series.length };
    await this.file.append([
      ...dictionaryRows(dictionary, this.saved, reached),
      ['series', this.seriesRows(reached.series)],
      ['profile', batch.profile],
      ['sample', batch.sample],
      ['span_sample', batch.spanSample],
    ] satisfies [TableName, readonly Column[]][]);
    this.saved = reached;
    this.isFolded = false;
  }

  private seriesRows(end: number): readonly Column[] {
    const rows = [new Int32Column(), new TextColumn(), new TextColumn()] as const;
    for (const { id, tenant, labels } of this.series.slice(this.saved.series, end)) {
      rows[0].push(id);
      rows[1].push(tenant);
      rows[2].push(JSON.stringify(labels));
    }
    return rows;
  }

  /** Lets queries know of the rows of a batch that is written. `atMs`: the time by the clock. */
  publish(batch: Batch, atMs: UnixMs): void {
    this.writtenMs = atMs;
    if (batch.hasSpans) this.hasSpans = true;
    for (const [id, [first, last]] of batch.times) this.index.extend(id, first, last);
    for (const bucket of batch.buckets) this.rollups.touch(bucket, atMs);
  }

  /** Takes back the rows of a batch that may be written and was not published. */
  async takeBack(batch: Batch, atMs: UnixMs): Promise<void> {
    await this.file.removeProfilesAfter(batch.firstProfile - 1);
    // A roll-up that is under way may have read them.
    for (const bucket of batch.buckets) this.rollups.touch(bucket, atMs);
  }

  /** Folds the write-ahead log into the file. */
  async checkpoint(): Promise<void> {
    await this.file.checkpoint();
    this.isFolded = true;
  }

  /** Folds the write-ahead log into the file and detaches it. */
  async close(): Promise<void> {
    await this.checkpoint().catch(() => undefined);
    await this.file.detach();
  }
}

/** True for what DuckDB says of blocks whose checksum does not fit, and of those that are cut off. */
function isDamage(error: unknown): error is Error {
  return (
    error instanceof Error &&
    /corrupt(ed)? (database file|\w+ segment)|file appears to be corrupt|could not read enough bytes/i.test(
      error.message,
    )
  );
}
