import { type DuckDBAppender } from '@duckdb/node-api';
import { INT64_MAX, type LabelSet, type UnixMs } from '@hsi/profile-model';
import * as fs from 'node:fs/promises';
import {
  appendColumns,
  type Column,
  Int32Column,
  Int64Column,
  ResultColumns,
  TextColumn,
} from './columns.ts';
import { Dictionary, ownText } from './dictionary.ts';
import { type Engine, literal } from './engine.ts';
import { ProfileRefused, UnusableDataDirectory } from './errors.ts';
import { type IncomingProfile, type StoreLimits } from './incoming.ts';
import { BUCKET_MS, loadRollups, RollupState } from './rollup.ts';
import { FORMAT_VERSION, type TableName, TABLES } from './schema.ts';
import { type SeriesProfile, splitProfile } from './split.ts';

const NS_PER_MS = 1_000_000n;

/** One series of one stretch. */
export interface Series {
  readonly id: number;
  readonly tenant: string;
  readonly labels: LabelSet;
  /** Times of its first and last profile. */
  firstMs: UnixMs;
  lastMs: UnixMs;
}

/** A profile that passed every check. */
export interface PlannedProfile {
  readonly tenant: string;
  readonly incoming: IncomingProfile;
  readonly parts: readonly SeriesProfile[];
}

/** Rows that are not yet in the file. */
export class Batch {
  readonly profile = [
    new Int32Column(),
    new Int32Column(),
    new Int64Column(),
    new Int64Column(),
    new Int64Column(),
    new Int64Column(),
  ] as const;
  readonly sample = [new Int32Column(), new Int32Column(), new Int64Column()] as const;
  readonly spanSample = [
    new Int32Column(),
    new Int32Column(),
    new Int64Column(),
    new Int64Column(),
  ] as const;
  /** Series -> times of its first and last profile in this batch. */
  readonly times = new Map<number, [first: UnixMs, last: UnixMs]>();
  /** Starts of the buckets that get profiles. */
  readonly buckets = new Set<UnixMs>();
}

/**
 * One file: the profiles of one stretch of time (a window, and a generation within it when its
 * files grow too large), its dictionaries and its series. Rows are collected in memory by `add`
 * and written by `commit`.
 */
export class Stretch {
  readonly series: Series[] = [];
  readonly rollups = new RollupState();
  hasSpans = false;
  /** Set when rows were committed but DuckDB then failed to fold its log: open it anew. */
  checkpointFailure: unknown;
  /** True when the file could only be opened for reading. */
  isReadOnly = false;
  /** True when its file grew too large: the window goes on in another file. */
  isFull = false;
  firstMs: UnixMs = Infinity;
  lastMs: UnixMs = -Infinity;
  /** When it was last written, and whether its write-ahead log is folded into the file. */
  writtenMs: UnixMs = 0;
  isFolded = false;
  /** Bytes of the file and its write-ahead log when last looked at. */
  bytes = 0;

  private readonly seriesByKey = new Map<string, Series>();
  private readonly seriesPerTenant = new Map<string, number>();
  private dictionaryLoad: Promise<Dictionary> | undefined;
  private loaded: Dictionary | undefined;
  private readonly saved = { strings: 0, frames: 0, stacks: 0, series: 0 };
  private nextProfile = 1;
  private batch = new Batch();
  private readonly appenders = new Map<TableName, DuckDBAppender>();

  private constructor(
    private readonly engine: Engine,
    readonly path: string,
    /** Name of the attached file in SQL. */
    readonly catalog: string,
    /** Start of the window. */
    readonly windowMs: UnixMs,
    readonly generation: number,
  ) {}

  /** Attaches a file, made when absent. @throws UnusableDataDirectory for another format */
  static async open(
    engine: Engine,
    path: string,
    catalog: string,
    windowMs: UnixMs,
    generation: number,
  ): Promise<Stretch> {
    const stretch = new Stretch(engine, path, catalog, windowMs, generation);
    await stretch.attach();
    try {
      await stretch.prepare();
      await stretch.load();
    } catch (error) {
      await engine.writer.run(`DETACH ${catalog}`).catch(() => undefined);
      throw error;
    }
    return stretch;
  }

  /** Attaches the file; where nothing can be written it is still there to be read. */
  private async attach(): Promise<void> {
    const { writer } = this.engine;
    const statement = `ATTACH ${literal(this.path)} AS ${this.catalog}`;
    try {
      await writer.run(statement);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!/read-only|permission denied|no space/i.test(reason)) throw error;
      await writer.run(`${statement} (READ_ONLY)`).catch(() => {
        throw error;
      });
      this.isReadOnly = true;
    }
  }

  private async prepare(): Promise<void> {
    const { writer } = this.engine;
    const tables = await this.texts(
      `SELECT table_name FROM duckdb_tables() WHERE database_name = ${literal(this.catalog)}`,
    );
    if (tables.length === 0) {
      const creates = Object.entries(TABLES).map(
        ([name, columns]) => `CREATE TABLE ${this.catalog}.${name}(${columns});`,
      );
      await writer.run(
        `BEGIN; CREATE TABLE ${this.catalog}.format(version INTEGER);
         INSERT INTO ${this.catalog}.format VALUES (${FORMAT_VERSION}); ${creates.join(' ')} COMMIT;`,
      );
      await writer.run(`CHECKPOINT ${this.catalog}`);
      await syncDirectory(this.path.replace(/[^/\\]*$/, ''));
      return;
    }
    const versions = tables.includes('format')
      ? await this.texts(`SELECT version::VARCHAR FROM ${this.catalog}.format`)
      : [];
    if (versions[0] !== String(FORMAT_VERSION)) {
      throw new UnusableDataDirectory(
        `${this.path} has the format ${versions[0] ?? 'of something else'}; this version reads format ${FORMAT_VERSION}. ` +
          'Start the version that wrote it, or set DATA_DIR to another directory.',
      );
    }
  }

  /** Reads what queries need at once; the dictionary is read when it is needed. */
  private async load(): Promise<void> {
    const rows = new ResultColumns(
      await this.engine.writer.run(
        `SELECT s.id, s.tenant, s.labels, coalesce(p.first, 0)::BIGINT, coalesce(p.last, 0)::BIGINT
         FROM ${this.catalog}.series s LEFT JOIN
           (SELECT series, min(time) AS first, max(time) AS last FROM ${this.catalog}.profile GROUP BY series) p
           ON p.series = s.id ORDER BY s.id`,
      ),
    );
    for (let count = rows.next(); count > 0; count = rows.next()) {
      const [tenants, labels] = [rows.text(1), rows.text(2)];
      const [first, last] = [rows.int64(3), rows.int64(4)];
      for (let row = 0; row < count; row++) {
        const series = this.addSeries(tenants[row]!, parseLabels(labels[row]!));
        this.extend(series, toMs(first[row]!), toMs(last[row]!));
      }
    }
    this.saved.series = this.series.length;
    const [last, spans] = await this.texts(
      `SELECT (SELECT coalesce(max(id), 0) FROM ${this.catalog}.profile)::VARCHAR
       UNION ALL SELECT (SELECT count(*) FROM ${this.catalog}.span_sample)::VARCHAR`,
    );
    this.nextProfile = Number(last) + 1;
    this.hasSpans = Number(spans) > 0;
    await loadRollups(this.engine, this);
  }

  private async texts(sql: string): Promise<string[]> {
    const rows = await this.engine.writer.run(sql);
    return (await rows.getRows()).map(([value]) => String(value));
  }

  /** The stretch's dictionary, read from the file at first. */
  dictionary(): Promise<Dictionary> {
    this.dictionaryLoad ??= this.loadDictionary().catch((error: unknown) => {
      this.dictionaryLoad = undefined;
      throw error;
    });
    return this.dictionaryLoad;
  }

  private async loadDictionary(): Promise<Dictionary> {
    const { engine, catalog } = this;
    const dictionary = new Dictionary();
    const strings = new ResultColumns(
      await engine.read(`SELECT id, text FROM ${catalog}.string ORDER BY id`),
    );
    while (strings.next() > 0) for (const text of strings.text(1)) dictionary.string(text);
    const frames = new ResultColumns(
      await engine.read(`SELECT name, file, start_line, line FROM ${catalog}.frame ORDER BY id`),
    );
    for (let count = frames.next(); count > 0; count = frames.next()) {
      const columns = [0, 1, 2, 3].map((column) => frames.int32(column));
      for (let row = 0; row < count; row++) {
        dictionary.frame(
          columns[0]![row]!,
          columns[1]![row]!,
          columns[2]![row]!,
          columns[3]![row]!,
        );
      }
    }
    const stacks = new ResultColumns(
      await engine.read(`SELECT parent, frame FROM ${catalog}.stack ORDER BY id`),
    );
    for (let count = stacks.next(); count > 0; count = stacks.next()) {
      const [parent, frame] = [stacks.int32(0), stacks.int32(1)];
      for (let row = 0; row < count; row++) dictionary.stack(parent[row]!, frame[row]!);
    }
    this.markSaved(dictionary);
    this.loaded = dictionary;
    return dictionary;
  }

  /** What every dictionary holds from the beginning (the empty text and stack) is never saved. */
  private markSaved(dictionary: Dictionary): void {
    this.saved.strings = dictionary.strings.length;
    this.saved.frames = dictionary.frameCount;
    this.saved.stacks = dictionary.stackCount;
  }

  /** The file's name, which is in the order of time. */
  get name(): string {
    return this.path.replace(/^.*[/\\]|\.duckdb$/g, '');
  }

  /** True when rows wait for {@link commit}. */
  get hasRows(): boolean {
    return this.batch.profile[0].length > 0;
  }

  /** True when {@link add} can be called: the dictionary is in memory. */
  get isWritable(): boolean {
    return this.loaded !== undefined;
  }

  /**
   * Divides a profile into those of its series and checks them, before anything is collected.
   * @throws ProfileRefused
   */
  plan(tenant: string, incoming: IncomingProfile, limits: StoreLimits): PlannedProfile {
    const parts = splitProfile(incoming, limits);
    this.checkSeriesCount(tenant, parts, limits);
    return { tenant, incoming, parts };
  }

  /** Collects the rows of a planned profile. */
  add({ tenant, incoming, parts }: PlannedProfile): void {
    const stacks = this.internStacks(incoming);
    for (const part of parts) {
      const series = this.seriesOf(tenant, part);
      const id = this.nextProfile++;
      this.addProfileRow(id, series, incoming, part);
      this.addSampleRows(id, incoming, part, stacks);
    }
  }

  private checkSeriesCount(
    tenant: string,
    split: readonly SeriesProfile[],
    limits: StoreLimits,
  ): void {
    const added = split.filter(({ key }) => !this.seriesByKey.has(`${tenant}\n${key}`)).length;
    const count = this.seriesPerTenant.get(tenant) ?? 0;
    if (added > 0 && count + added > limits.seriesPerTenant) {
      throw new ProfileRefused(
        'series_per_tenant',
        `The tenant has ${count} series; the limit is ${limits.seriesPerTenant}. Use labels with fewer values.`,
      );
    }
  }

  private seriesOf(tenant: string, part: SeriesProfile): Series {
    const key = `${tenant}\n${part.key}`;
    const found = this.seriesByKey.get(key);
    if (found !== undefined) return found;
    const labels = ownLabels(part.labels());
    const canonical = canonicalKey(tenant, labels);
    const series = this.seriesByKey.get(canonical) ?? this.addSeries(tenant, labels);
    this.seriesByKey.set(key, series);
    return series;
  }

  private addSeries(tenant: string, labels: LabelSet): Series {
    const series = { id: this.series.length, tenant, labels, firstMs: Infinity, lastMs: -Infinity };
    this.series.push(series);
    this.seriesByKey.set(canonicalKey(tenant, labels), series);
    this.seriesPerTenant.set(tenant, (this.seriesPerTenant.get(tenant) ?? 0) + 1);
    return series;
  }

  /** Sample -> stack trace. */
  private internStacks({ tables }: IncomingProfile): Int32Array {
    const dictionary = this.loaded!;
    const { frames, samples, strings } = tables;
    const stringIds = new Int32Array(strings.length).fill(-1);
    const string = (index: number) => {
      if (stringIds[index]! < 0) stringIds[index] = dictionary.string(strings[index]!);
      return stringIds[index]!;
    };
    const frameIds = new Int32Array(frames.name.length).fill(-1);
    const stacks = new Int32Array(samples.count);
    for (let sample = 0; sample < samples.count; sample++) {
      let stack = 0;
      const end = samples.stackStart[sample + 1]!;
      for (let at = samples.stackStart[sample]!; at < end; at++) {
        const frame = samples.stackFrames[at]!;
        if (frameIds[frame]! < 0) {
          frameIds[frame] = dictionary.frame(
            string(frames.name[frame]!),
            string(frames.file[frame]!),
            frames.startLine[frame]!,
            frames.line[frame]!,
          );
        }
        stack = dictionary.stack(stack, frameIds[frame]!);
      }
      stacks[sample] = stack;
    }
    return stacks;
  }

  private addProfileRow(
    id: number,
    series: Series,
    incoming: IncomingProfile,
    part: SeriesProfile,
  ): void {
    const [ids, seriesIds, times, durations, periods, totals] = this.batch.profile;
    ids.push(id);
    seriesIds.push(series.id);
    times.pushBigInt(incoming.timeNanos);
    durations.pushBigInt(incoming.tables.durationNanos);
    periods.push(Math.min(incoming.tables.period, Number.MAX_SAFE_INTEGER));
    if (typeof part.total === 'number') totals.push(part.total);
    else totals.pushBigInt(part.total > INT64_MAX ? INT64_MAX : part.total);
    const ms = toMs(incoming.timeNanos);
    this.batch.buckets.add(ms - (ms % BUCKET_MS[0]));
    const extent = this.batch.times.get(series.id);
    if (extent === undefined) this.batch.times.set(series.id, [ms, ms]);
    else {
      extent[0] = Math.min(extent[0], ms);
      extent[1] = Math.max(extent[1], ms);
    }
  }

  private addSampleRows(
    id: number,
    { tables }: IncomingProfile,
    part: SeriesProfile,
    stacks: Int32Array,
  ): void {
    const types = tables.sampleTypes.length;
    const { values, exactValues, span } = tables.samples;
    for (const sample of part.samples) {
      const at = sample * types + part.type;
      if (values[at] === 0) continue;
      const isSpan = span[sample]! >= 0;
      const [profiles, stackIds, amounts] = isSpan ? this.batch.spanSample : this.batch.sample;
      profiles.push(id);
      stackIds.push(stacks[sample]!);
      if (exactValues === undefined) amounts.push(values[at]!);
      else amounts.pushBigInt(exactValues[at]!);
      if (isSpan) this.batch.spanSample[3].pushBigInt(spanNumber(tables.spans[span[sample]!]!));
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
  async commit(batch: Batch): Promise<void> {
    const { loaded } = this;
    const { writer } = this.engine;
    const counts = {
      strings: loaded!.strings.length,
      frames: loaded!.frameCount,
      stacks: loaded!.stackCount,
      series: this.series.length,
    };
    await writer.run('BEGIN');
    try {
      for (const [table, columns] of this.rows(batch, counts)) {
        if (columns[0]!.length > 0) appendColumns(await this.appender(table), columns);
      }
      await writer.run('COMMIT').catch((error: unknown) => {
        if (!isDurable(error)) throw error;
        this.checkpointFailure = error;
      });
    } catch (error) {
      this.dropAppenders();
      await writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
    Object.assign(this.saved, counts);
    this.writtenMs = Date.now();
    this.isFolded = false;
    if (batch.spanSample[0].length > 0) this.hasSpans = true;
    for (const [id, [first, last]] of batch.times) this.extend(this.series[id]!, first, last);
    for (const bucket of batch.buckets) this.rollups.touch(bucket);
  }

  private rows(batch: Batch, counts: typeof this.saved): [TableName, readonly Column[]][] {
    const { saved } = this;
    const dictionary = this.loaded!;
    const string = [new Int32Column(), new TextColumn()] as const;
    for (let id = saved.strings; id < counts.strings; id++) {
      string[0].push(id);
      string[1].push(dictionary.strings[id]!);
    }
    const frame = [0, 1, 2, 3, 4].map(() => new Int32Column());
    for (let id = saved.frames; id < counts.frames; id++) {
      frame[0]!.push(id);
      frame[1]!.push(dictionary.frameName.data[id]!);
      frame[2]!.push(dictionary.frameFile.data[id]!);
      frame[3]!.push(dictionary.frameStartLine.data[id]!);
      frame[4]!.push(dictionary.frameLine.data[id]!);
    }
    const stack = [0, 1, 2].map(() => new Int32Column());
    for (let id = saved.stacks; id < counts.stacks; id++) {
      stack[0]!.push(id);
      stack[1]!.push(dictionary.stackParent.data[id]!);
      stack[2]!.push(dictionary.stackFrame.data[id]!);
    }
    const series = [new Int32Column(), new TextColumn(), new TextColumn()] as const;
    for (let id = saved.series; id < counts.series; id++) {
      series[0].push(id);
      series[1].push(this.series[id]!.tenant);
      series[2].push(JSON.stringify(this.series[id]!.labels));
    }
    return [
      ['string', string],
      ['frame', frame],
      ['stack', stack],
      ['series', series],
      ['profile', batch.profile],
      ['sample', batch.sample],
      ['span_sample', batch.spanSample],
    ];
  }

  private async appender(table: TableName): Promise<DuckDBAppender> {
    const found = this.appenders.get(table);
    if (found !== undefined) return found;
    const made = await this.engine.writer.createAppender(table, 'main', this.catalog);
    this.appenders.set(table, made);
    return made;
  }

  private dropAppenders(): void {
    for (const appender of this.appenders.values()) {
      try {
        appender.clear();
        appender.closeSync();
      } catch {
        // It belongs to a transaction that failed; there is nothing left to close.
      }
    }
    this.appenders.clear();
  }

  private extend(series: Series, firstMs: UnixMs, lastMs: UnixMs): void {
    series.firstMs = Math.min(series.firstMs, firstMs);
    series.lastMs = Math.max(series.lastMs, lastMs);
    this.firstMs = Math.min(this.firstMs, firstMs);
    this.lastMs = Math.max(this.lastMs, lastMs);
  }

  /** Folds the write-ahead log into the file. */
  async checkpoint(): Promise<void> {
    await this.engine.writer.run(`CHECKPOINT ${this.catalog}`);
    this.isFolded = true;
  }

  /** Folds the write-ahead log into the file and detaches it. */
  async close(): Promise<void> {
    this.dropAppenders();
    await this.checkpoint().catch(() => undefined);
    await this.engine.writer.run(`DETACH ${this.catalog}`);
  }

  /** Detaches the file and removes it: its space is free again. */
  async remove(): Promise<void> {
    this.dropAppenders();
    await this.engine.writer.run(`DETACH ${this.catalog}`);
    await fs.rm(this.path, { force: true });
    await fs.rm(`${this.path}.wal`, { force: true });
  }

  /** Looks at the size of the file and its log. */
  async measure(): Promise<number> {
    const sizes = await Promise.all(
      [this.path, `${this.path}.wal`].map((path) =>
        fs.stat(path).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    this.bytes = sizes.reduce((sum, size) => sum + size, 0);
    return this.bytes;
  }
}

/** True for a commit that is in the write-ahead log although what DuckDB did next failed. */
function isDurable(error: unknown): boolean {
  return error instanceof Error && error.message.includes('COMMIT succeeded and is durable');
}

/** A span id as the signed 64-bit integer that the file holds. */
export function spanNumber(spanId: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${spanId}`));
}

export function toMs(nanos: bigint): UnixMs {
  return Number(nanos / NS_PER_MS);
}

function ownLabels(labels: LabelSet): LabelSet {
  const pairs = Object.entries(labels).map(([name, value]) => [ownText(name), ownText(value)]);
  return Object.fromEntries(pairs) as LabelSet;
}

function canonicalKey(tenant: string, labels: LabelSet): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${tenant}\n=${JSON.stringify(sorted)}`;
}

function parseLabels(text: string): LabelSet {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
}

/** Makes a new file's name survive a power loss. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await fs.open(path === '' ? '.' : path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
