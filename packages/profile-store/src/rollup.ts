import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { appendColumns, Int32Column, Int64Column, ResultColumns } from './columns.ts';
import { type Engine } from './engine.ts';
import { type Stretch } from './stretch.ts';

/*
 * Roll-ups: the sums by series and stack trace of a bucket of time, so that a query over a day
 * reads some buckets instead of all samples. Level 0 is made from samples, level 1 from level 0.
 * A bucket that gets a profile afterwards no longer counts until it is rolled up again.
 */
export const BUCKET_MS = [600_000, 7_200_000] as const;
export type Level = 0 | 1;

/** How long after its end a bucket is rolled up, milliseconds: late profiles come until then. */
const GRACE_MS = 60_000;
/** How long a bucket is left alone after a profile, so that old data that arrives is rolled up once. */
const SETTLE_MS = 2_000;

const SUM = 'coalesce(try_cast(sum(value) AS BIGINT), 9223372036854775807)';

/** Which buckets of one stretch are rolled up, and which have profiles that are not. */
export class RollupState {
  private readonly rolled: readonly [Set<number>, Set<number>] = [new Set(), new Set()];
  /** Bucket -> when it got its last profile. */
  private readonly dirty: readonly [Map<number, UnixMs>, Map<number, UnixMs>] = [
    new Map(),
    new Map(),
  ];

  /** A profile of this time came into the file, `atMs` by the clock. */
  touch(ms: UnixMs, atMs: UnixMs): void {
    for (const level of [0, 1] as const) {
      const bucket = Math.floor(ms / BUCKET_MS[level]);
      this.rolled[level].delete(bucket);
      this.dirty[level].set(bucket, atMs);
    }
  }

  /** Notes a bucket as rolled up. */
  finish(level: Level, bucket: number): void {
    this.rolled[level].add(bucket);
  }

  /** True when a profile came after {@link begin}. */
  isDirty(level: Level, bucket: number): boolean {
    return this.dirty[level].has(bucket);
  }

  /** Takes a bucket to roll up. */
  begin(level: Level, bucket: number): void {
    this.dirty[level].delete(bucket);
  }

  /** Puts a bucket back that could not be rolled up. */
  fail(level: Level, bucket: number): void {
    this.dirty[level].set(bucket, 0);
  }

  /** A bucket that the file has rolled up. */
  load(level: Level, bucket: number): void {
    this.rolled[level].add(bucket);
    this.dirty[level].delete(bucket);
  }

  isRolled(level: Level, bucket: number): boolean {
    return this.rolled[level].has(bucket);
  }

  /** Buckets that can be rolled up now, oldest first. */
  due(level: Level, now: UnixMs): number[] {
    return this.ended(level, now)
      .filter((bucket) => this.dirty[level].get(bucket)! + SETTLE_MS <= now)
      .filter((bucket) => level === 0 || this.partsAreRolled(bucket))
      .sort((a, b) => a - b);
  }

  /** How many buckets have ended and are not rolled up. */
  waiting(now: UnixMs): number {
    return this.ended(0, now).length + this.ended(1, now).length;
  }

  private ended(level: Level, now: UnixMs): number[] {
    return [...this.dirty[level].keys()].filter(
      (bucket) => (bucket + 1) * BUCKET_MS[level] + GRACE_MS <= now,
    );
  }

  private partsAreRolled(bucket: number): boolean {
    const parts = BUCKET_MS[1] / BUCKET_MS[0];
    for (let part = bucket * parts; part < (bucket + 1) * parts; part++) {
      if (this.dirty[0].has(part)) return false;
    }
    return true;
  }

  /**
   * How a query over a range (both ends included) reads: whole buckets, and the time between.
   * `extent` is where there are profiles at all.
   */
  plan(range: TimeRange, extent: { firstMs: UnixMs; lastMs: UnixMs }): RangePlan {
    const plan: RangePlan = { buckets: [[], []], raw: [] };
    const hasRolled = this.rolled[0].size > 0;
    const [widest] = BUCKET_MS.slice(-1) as [number];
    const from = Math.max(range.from, Math.floor(extent.firstMs / widest) * widest);
    const to = Math.min(range.to, (Math.floor(extent.lastMs / widest) + 1) * widest - 1);
    for (let at = from; at <= to;) {
      const level = hasRolled ? this.bucketAt(at, to) : undefined;
      if (level !== undefined) {
        plan.buckets[level].push(at / BUCKET_MS[level]);
        at += BUCKET_MS[level];
        continue;
      }
      const next = hasRolled ? (Math.floor(at / BUCKET_MS[0]) + 1) * BUCKET_MS[0] : to + 1;
      const last = plan.raw.at(-1);
      const end = Math.min(next - 1, to);
      const hasProfiles = end >= extent.firstMs && at <= extent.lastMs;
      if (hasProfiles && last?.[1] === at - 1) last[1] = end;
      else if (hasProfiles) plan.raw.push([at, end]);
      at = next;
    }
    return plan;
  }

  private bucketAt(at: UnixMs, to: UnixMs): Level | undefined {
    for (const level of [1, 0] as const) {
      const width = BUCKET_MS[level];
      if (at % width === 0 && at + width - 1 <= to && this.isRolled(level, at / width)) {
        return level;
      }
    }
    return undefined;
  }
}

export interface RangePlan {
  /** Buckets of level 0 and of level 1. */
  readonly buckets: readonly [number[], number[]];
  /** Stretches of time without a roll-up, both ends included. */
  readonly raw: [from: UnixMs, to: UnixMs][];
}

/** Reads from a stretch's file which buckets are rolled up and still complete. */
export async function loadRollups(engine: Engine, stretch: Stretch): Promise<void> {
  const profiles = new ResultColumns(
    await engine.writer.run(
      `SELECT (time // ${BUCKET_MS[0] * 1_000_000})::INTEGER AS bucket, max(id)::INTEGER
       FROM ${stretch.catalog}.profile GROUP BY bucket`,
    ),
  );
  const last: [Map<number, number>, Map<number, number>] = [new Map(), new Map()];
  const parts = BUCKET_MS[1] / BUCKET_MS[0];
  for (let count = profiles.next(); count > 0; count = profiles.next()) {
    const [buckets, ids] = [profiles.int32(0), profiles.int32(1)];
    for (let row = 0; row < count; row++) {
      const [bucket, id] = [buckets[row]!, ids[row]!];
      const above = Math.floor(bucket / parts);
      last[0].set(bucket, id);
      last[1].set(above, Math.max(id, last[1].get(above) ?? 0));
      stretch.rollups.touch(bucket * BUCKET_MS[0], 0);
    }
  }
  const rolled = new ResultColumns(
    await engine.writer.run(`SELECT level, bucket, last_profile FROM ${stretch.catalog}.rolled`),
  );
  for (let count = rolled.next(); count > 0; count = rolled.next()) {
    const [levels, buckets, ids] = [rolled.int32(0), rolled.int32(1), rolled.int32(2)];
    for (let row = 0; row < count; row++) {
      const level: Level = levels[row] === 0 ? 0 : 1;
      if (last[level].get(buckets[row]!) === ids[row]) stretch.rollups.load(level, buckets[row]!);
    }
  }
}

/**
 * Rolls up one bucket: sums on a reading connection, so that pushes go on, then a short write.
 * `exclusive` gives the writing connection.
 */
export async function rollUp(
  engine: Engine,
  stretch: Stretch,
  level: Level,
  bucket: number,
  exclusive: <Result>(work: () => Promise<Result>) => Promise<Result>,
): Promise<void> {
  const { rollups, catalog } = stretch;
  rollups.begin(level, bucket);
  try {
    const last = await lastProfile(stretch, level, bucket);
    const columns = await bucketSums(stretch, level, bucket, last);
    await exclusive(async () => {
      if (rollups.isDirty(level, bucket)) return;
      const { writer } = engine;
      await writer.run('BEGIN');
      try {
        for (const table of ['rollup', 'rolled']) {
          await writer.run(
            `DELETE FROM ${catalog}.${table} WHERE level = ${level} AND bucket = ${bucket}`,
          );
        }
        const appender = await writer.createAppender('rollup', 'main', catalog);
        appendColumns(appender, columns);
        appender.closeSync();
        await writer.run(`INSERT INTO ${catalog}.rolled VALUES (${level}, ${bucket}, ${last})`);
        await writer.run('COMMIT');
        rollups.finish(level, bucket);
      } catch (error) {
        await writer.run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  } catch (error) {
    rollups.fail(level, bucket);
    throw error;
  }
}

async function lastProfile(stretch: Stretch, level: Level, bucket: number): Promise<number> {
  const rows = await stretch.read(
    `SELECT coalesce(max(id), 0)::INTEGER FROM ${stretch.catalog}.profile p WHERE ${inBucket(level, bucket)}`,
  );
  rows.next();
  return rows.int32(0)[0] ?? 0;
}

async function bucketSums(
  stretch: Stretch,
  level: Level,
  bucket: number,
  last: number,
): Promise<[Int32Column, Int32Column, Int32Column, Int32Column, Int64Column]> {
  const { catalog, hasSpans } = stretch;
  const parts = BUCKET_MS[1] / BUCKET_MS[0];
  const samples = (table: string) =>
    `SELECT p.series, s.stack, s.value FROM ${catalog}.${table} s JOIN ${catalog}.profile p
     ON s.profile = p.id WHERE ${inBucket(level, bucket)} AND p.id <= ${last}`;
  const source =
    level === 1
      ? `SELECT series, stack, value FROM ${catalog}.rollup WHERE level = 0
         AND bucket BETWEEN ${bucket * parts} AND ${(bucket + 1) * parts - 1}`
      : hasSpans
        ? `${samples('sample')} UNION ALL ${samples('span_sample')}`
        : samples('sample');
  const rows = await stretch.read(
    `SELECT series, stack, ${SUM} FROM (${source}) GROUP BY series, stack ORDER BY series, stack`,
  );
  const columns: [Int32Column, Int32Column, Int32Column, Int32Column, Int64Column] = [
    new Int32Column(),
    new Int32Column(),
    new Int32Column(),
    new Int32Column(),
    new Int64Column(),
  ];
  for (let count = rows.next(); count > 0; count = rows.next()) {
    const [series, stacks, values] = [rows.int32(0), rows.int32(1), rows.int64(2)];
    for (let row = 0; row < count; row++) {
      columns[0].push(level);
      columns[1].push(bucket);
      columns[2].push(series[row]!);
      columns[3].push(stacks[row]!);
      columns[4].pushBigInt(values[row]!);
    }
  }
  return columns;
}

function inBucket(level: Level, bucket: number): string {
  const width = BigInt(BUCKET_MS[level]) * 1_000_000n;
  return `p.time >= ${BigInt(bucket) * width} AND p.time < ${BigInt(bucket + 1) * width}`;
}
