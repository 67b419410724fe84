import {
  type ExactCallTree,
  type LabelSet,
  type ProfileTables,
  type ProfileType,
  parseProfileType,
  type TimeRange,
  type UnixMs,
} from '@hsi/profile-model';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Engine } from './engine.ts';
import { ProfileRefused, UnusableDataDirectory } from './errors.ts';
import { DEFAULT_STORE_LIMITS, type IncomingProfile, type StoreLimits } from './incoming.ts';
import { distinctLabels, type LabelQuery, presentLabels } from './query-labels.ts';
import { mergeProfile } from './query-profile.ts';
import { type PointSeries, pointSeries, type SeriesOptions } from './query-series.ts';
import { mergeTree } from './query-tree.ts';
import { select, type Selection } from './selection.ts';
import { Stretch, toMs } from './stretch.ts';
import { ValueMatchers } from './value-matcher.ts';
import { Writer } from './writer.ts';

const DAY_MS = 86_400_000;
const FILE = /^(\d{4}-\d{2}-\d{2})(?:\.(\d+))?\.duckdb$/;

export interface StoreOptions {
  readonly directory: string;
  readonly limits?: StoreLimits;
  /** Milliseconds that profiles are kept; undefined keeps them for ever. */
  readonly retentionMs?: number | undefined;
  /** Bytes that all files may take; undefined is no limit. */
  readonly retentionBytes?: number | undefined;
  readonly memoryLimit?: string;
  readonly threads?: number;
  readonly now?: () => UnixMs;
  readonly log?: (message: string) => void;
}

/** What is stored for one tenant. */
export interface TenantStats {
  readonly dataIngested: boolean;
  readonly oldestMs: UnixMs;
  readonly newestMs: UnixMs;
}

/** The embedded store: takes profiles, keeps them in DuckDB files, answers queries. */
export class ProfileStore {
  private stretches: Stretch[] = [];
  private catalogs = 0;
  private readonly opening = new Map<UnixMs, Promise<Stretch>>();
  private readonly writer: Writer;
  private readonly matchers: ValueMatchers;
  private readonly limits: StoreLimits;

  private constructor(
    private readonly engine: Engine,
    private readonly options: StoreOptions,
  ) {
    this.limits = options.limits ?? DEFAULT_STORE_LIMITS;
    this.writer = new Writer(
      () => this.stretches,
      (error) => this.options.log?.(`a commit failed: ${String(error)}`),
    );
    this.matchers = new ValueMatchers(() => this.engine);
  }

  /** Opens the directory, made when absent. @throws UnusableDataDirectory */
  static async open(options: StoreOptions): Promise<ProfileStore> {
    await fs.mkdir(options.directory, { recursive: true }).catch((error: unknown) => {
      throw new UnusableDataDirectory(
        `The data directory ${options.directory} cannot be made: ${String(error)}. Set DATA_DIR.`,
      );
    });
    const engine = await Engine.open({
      memoryLimit: options.memoryLimit ?? '96MB',
      threads: options.threads ?? 2,
      tempDirectory: join(options.directory, 'tmp'),
      walLimit: '8MB',
    });
    const store = new ProfileStore(engine, options);
    for (const name of (await fs.readdir(options.directory)).sort()) {
      const [, day, generation = '0'] = FILE.exec(name) ?? [];
      if (day === undefined) continue;
      await store.openStretch(Date.parse(day), Number(generation));
    }
    return store;
  }

  private openStretch(windowMs: UnixMs, generation: number): Promise<Stretch> {
    const day = new Date(windowMs).toISOString().slice(0, 10);
    const name = generation === 0 ? `${day}.duckdb` : `${day}.${generation}.duckdb`;
    const path = join(this.options.directory, name);
    const catalog = `s${++this.catalogs}`;
    return this.writer.exclusive(async () => {
      const stretch = await Stretch.open(this.engine, path, catalog, windowMs, generation);
      this.stretches.push(stretch);
      return stretch;
    });
  }

  /**
   * Stores profiles; when it resolves they survive a crash and are found by queries. Either all
   * are stored or none.
   * @throws ProfileRefused, StoreUnavailable
   */
  async ingest(tenant: string, profiles: readonly IncomingProfile[]): Promise<void> {
    for (const profile of profiles) this.checkTime(profile);
    const targets = await Promise.all(profiles.map((profile) => this.target(profile)));
    const planned = profiles.map((profile, index) =>
      targets[index]!.plan(tenant, profile, this.limits),
    );
    for (const [index, plan] of planned.entries()) targets[index]!.add(plan);
    if (planned.some(({ parts }) => parts.length > 0)) await this.writer.commit();
  }

  private checkTime({ timeNanos }: IncomingProfile): void {
    const { retentionMs, now = Date.now } = this.options;
    if (timeNanos >= 253_402_300_800_000_000_000n || timeNanos >= 2n ** 63n) {
      throw new ProfileRefused('time_range', 'The time of the profile is after the year 2262.');
    }
    if (retentionMs !== undefined && toMs(timeNanos) < now() - retentionMs) {
      throw new ProfileRefused(
        'out_of_retention',
        `The profile is of ${new Date(toMs(timeNanos)).toISOString()}, which retention would remove at once. ` +
          'Set RETENTION to keep profiles for longer.',
      );
    }
  }

  /** The stretch that takes a profile, opened and ready. */
  private async target({ timeNanos }: IncomingProfile): Promise<Stretch> {
    const windowMs = Math.floor(toMs(timeNanos) / DAY_MS) * DAY_MS;
    const found = this.stretches.findLast((stretch) => stretch.windowMs === windowMs);
    if (found?.isWritable) return found;
    let opening = this.opening.get(windowMs);
    if (opening === undefined) {
      opening = (async () => {
        const stretch = found ?? (await this.openStretch(windowMs, 0));
        await stretch.dictionary();
        return stretch;
      })().finally(() => this.opening.delete(windowMs));
      this.opening.set(windowMs, opening);
    }
    return opening;
  }

  /** The profile types that have data in the range, in order of their ids. */
  async profileTypes(tenant: string, range: TimeRange): Promise<ProfileType[]> {
    const ids = await this.labelValues({ tenant, selectors: [], ...range }, '__profile_type__');
    return ids.map(parseProfileType);
  }

  async labelNames(query: LabelQuery): Promise<string[]> {
    const names = new Set<string>();
    for (const labels of await this.labels(query)) {
      for (const name of Object.keys(labels)) names.add(name);
    }
    return [...names].sort();
  }

  async labelValues(query: LabelQuery, name: string): Promise<string[]> {
    const values = new Set<string>();
    for (const labels of await this.labels(query)) {
      if (Object.hasOwn(labels, name)) values.add(labels[name]!);
    }
    return [...values].sort();
  }

  /** Distinct label sets, cut down to `names` when there are any. */
  async series(query: LabelQuery, names: readonly string[]): Promise<LabelSet[]> {
    return distinctLabels(await this.labels(query), names);
  }

  private labels(query: LabelQuery): Promise<LabelSet[]> {
    return presentLabels(this.engine, this.stretches, this.matchers, query);
  }

  /** All samples of a selection as one tree; with `spanIds` only those of these spans. */
  async mergeTree(selection: Selection, spanIds?: readonly string[]): Promise<ExactCallTree> {
    return mergeTree(this.engine, await this.select(selection), spanIds);
  }

  /** All samples of a selection as one profile. */
  async mergeProfile(selection: Selection): Promise<ProfileTables> {
    const type = parseProfileType(selection.profileTypeId);
    return mergeProfile(this.engine, type, await this.select(selection));
  }

  async pointSeries(selection: Selection, options: SeriesOptions): Promise<PointSeries[]> {
    return pointSeries(this.engine, await this.select(selection), options);
  }

  private select(selection: Selection) {
    return select(this.stretches, this.matchers, selection);
  }

  stats(tenant: string): TenantStats {
    let [oldestMs, newestMs] = [Infinity, -Infinity];
    for (const { series } of this.stretches) {
      for (const entry of series) {
        if (entry.tenant !== tenant) continue;
        oldestMs = Math.min(oldestMs, entry.firstMs);
        newestMs = Math.max(newestMs, entry.lastMs);
      }
    }
    const dataIngested = newestMs >= 0;
    return dataIngested
      ? { dataIngested, oldestMs, newestMs }
      : { dataIngested, oldestMs: 0, newestMs: 0 };
  }

  /** Bytes of all files. */
  async size(): Promise<number> {
    const sizes = await Promise.all(this.stretches.map((stretch) => stretch.measure()));
    return sizes.reduce((sum, bytes) => sum + bytes, 0);
  }

  /** Ends all work; what was acknowledged is in the files. */
  async close(): Promise<void> {
    await this.writer.exclusive(async () => {
      for (const stretch of this.stretches) await stretch.close();
      this.stretches = [];
      this.engine.close();
    });
  }
}
