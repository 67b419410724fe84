import {
  type ExactCallTree,
  type LabelSet,
  type ProfileTables,
  type ProfileType,
  parseProfileType,
  readProfileType,
  type TimeRange,
  type UnixMs,
} from '@hsi/profile-model';
import { join } from 'node:path';
import { DamagedFile, ProfileRefused, StoreUnavailable } from './errors.ts';
import { type ExportCursor, type ExportPage, exportPage } from './export.ts';
import { DEFAULT_STORE_LIMITS, type IncomingProfile, type StoreLimits } from './incoming.ts';
import { Maintenance, type MaintenanceReport } from './maintenance.ts';
import { Pins } from './pins.ts';
import { distinctLabels, type LabelQuery, presentLabels } from './query-labels.ts';
import { mergeProfile } from './query-profile.ts';
import { type PointSeries, pointSeries, type SeriesOptions } from './query-series.ts';
import { mergeTree } from './query-tree.ts';
import { select, type Selection, type StretchSelection } from './selection.ts';
import { reasonOf, StretchSet } from './stretch-set.ts';
import { toMs } from './units.ts';
import { ValueMatchers } from './value-matcher.ts';
import { Writer } from './writer.ts';

/** How long pushes are refused at once after one could not be stored. */
const RETRY_MS = 1_000;

export interface StoreOptions {
  readonly directory: string;
  readonly limits?: StoreLimits | undefined;
  /** Milliseconds that profiles are kept; undefined keeps them for ever. */
  readonly retentionMs?: number | undefined;
  /**
   * Milliseconds that a profile may be ahead of the clock; undefined is no limit. What is far ahead
   * would stay for as long after its retention.
   */
  readonly aheadMs?: number | undefined;
  /** Bytes that all files may take; undefined is no limit. */
  readonly retentionBytes?: number | undefined;
  /** DuckDB's memory for buffers. */
  readonly memoryLimit?: string;
  readonly threads?: number;
  /** What the dictionaries of stack traces may take in memory; those not used are read again. */
  readonly dictionaryBytes?: number;
  readonly now?: () => UnixMs;
  readonly log?: (message: string) => void;
}

/** What is stored for one tenant. */
export interface TenantStats {
  readonly dataIngested: boolean;
  readonly oldestMs: UnixMs;
  readonly newestMs: UnixMs;
}

export interface StoreSize {
  /** Of all files that are in use. */
  readonly bytes: number;
  readonly files: number;
  /** Files that are damaged. */
  readonly leftAside: number;
  readonly series: number;
  /** Buckets of time that wait to be rolled up. */
  readonly due: number;
}

/** The embedded store: takes profiles, keeps them in DuckDB files, answers queries. */
export class ProfileStore {
  private readonly writer: Writer;
  private readonly matchers: ValueMatchers;
  private readonly limits: StoreLimits;
  private readonly now: () => UnixMs;
  private readonly retentionMs: number | undefined;
  private readonly aheadMs: number;
  private readonly maintenance: Maintenance;
  /** Set while nothing can be stored; pushes are refused at once until it is tried again. */
  private failure: { readonly reason: string; readonly until: UnixMs } | undefined;
  private readonly opening = new Map<UnixMs, Promise<void>>();
  /** Queries under way: a file is removed when those that may read it have ended. */
  private readonly queries = new Set<Promise<unknown>>();

  private constructor(
    private readonly files: StretchSet,
    /** Ranges of time that retention leaves alone. */
    readonly pins: Pins,
    options: StoreOptions,
  ) {
    const log = options.log ?? (() => undefined);
    this.limits = options.limits ?? DEFAULT_STORE_LIMITS;
    this.now = options.now ?? Date.now;
    this.retentionMs = options.retentionMs;
    this.aheadMs = options.aheadMs ?? Infinity;
    this.writer = new Writer(files, {
      stored: () => {
        if (this.failure !== undefined) log('profiles are stored again');
        this.failure = undefined;
      },
      failed: async (error) => {
        const reason = reasonOf(error);
        if (this.failure === undefined) log(`profiles cannot be stored: ${reason}`);
        this.failure = { reason, until: this.now() + RETRY_MS };
        if (files.needsReopening(error)) await this.reopen(error);
      },
    });
    this.matchers = new ValueMatchers(() => files.engine);
    this.maintenance = new Maintenance({
      files,
      pins,
      retentionMs: options.retentionMs,
      retentionBytes: options.retentionBytes,
      dictionaryBytes: options.dictionaryBytes,
      now: this.now,
      log,
      exclusive: (work) => this.writer.exclusive(work),
      damaged: (damage) => this.writer.exclusive(() => this.leaveAside(damage)),
      queriesEnded: async () => {
        await Promise.allSettled([...this.queries]);
      },
    });
  }

  /** Opens the directory, made when absent. @throws UnusableDataDirectory */
  static async open(options: StoreOptions): Promise<ProfileStore> {
    const files = await StretchSet.open({
      directory: options.directory,
      retentionMs: options.retentionMs,
      engine: {
        memoryLimit: options.memoryLimit ?? '80MB',
        threads: options.threads ?? 2,
        tempDirectory: join(options.directory, 'tmp'),
        walLimit: '8MB',
      },
      now: options.now ?? Date.now,
      log: options.log ?? (() => undefined),
    });
    const pins = await Pins.open(options.directory).catch(async (error: unknown) => {
      await files.close();
      throw error;
    });
    return new ProfileStore(files, pins, options);
  }

  /**
   * Stores profiles; when it resolves they survive a crash and are found by queries. Either all
   * are stored or none.
   * @throws ProfileRefused, StoreUnavailable
   */
  async ingest(tenant: string, profiles: readonly IncomingProfile[]): Promise<void> {
    for (const profile of profiles) this.checkTime(profile);
    if (this.failure !== undefined && this.now() < this.failure.until) {
      throw new StoreUnavailable(this.failure.reason);
    }
    for (;;) {
      await this.prepare(profiles);
      const targets = profiles.map(({ timeNanos }) => this.files.ready(toMs(timeNanos)));
      if (!targets.every((target) => target !== undefined)) continue;
      const planned = profiles.map((profile, index) =>
        targets[index]!.plan(tenant, profile, this.limits),
      );
      for (const [index, plan] of planned.entries()) targets[index]!.add(plan);
      if (planned.some(({ parts }) => parts.length > 0)) await this.writer.commit();
      return;
    }
  }

  /** Opens the stretches that take these profiles, where they are not yet open. */
  private async prepare(profiles: readonly IncomingProfile[]): Promise<void> {
    if (this.files.needsReopening()) await this.writer.exclusive(() => this.reopenOnce());
    for (const { timeNanos } of profiles) {
      const ms = toMs(timeNanos);
      if (this.files.ready(ms) !== undefined) continue;
      const window = Math.floor(ms / 600_000);
      let opening = this.opening.get(window);
      if (opening === undefined) {
        opening = this.writer
          .exclusive(() => this.prepareWindow(ms))
          .finally(() => this.opening.delete(window));
        this.opening.set(window, opening);
      }
      await opening;
    }
  }

  private async prepareWindow(ms: UnixMs): Promise<void> {
    try {
      await this.files.prepare(ms);
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      // The window goes on in another file.
      await this.leaveAside(error);
    }
  }

  /** Called alone on the writing connection. */
  private leaveAside(damage: DamagedFile): Promise<void> {
    return this.files.leaveAside(damage, () => this.writer.abandon(damage));
  }

  /** For whoever waited: another may have done it by now. @throws StoreUnavailable */
  private async reopenOnce(what: 'stored' | 'read' = 'stored'): Promise<void> {
    if (!this.files.needsReopening()) return;
    try {
      await this.reopen();
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      throw new StoreUnavailable(reasonOf(error), { cause: error }, what);
    }
  }

  /** What is not open would be missing from an answer without a word. @throws StoreUnavailable */
  private async complete(): Promise<void> {
    await this.reopenOnce('read');
    if (this.files.isIncomplete) {
      throw new StoreUnavailable('the files could not be opened', {}, 'read');
    }
  }

  private reopen(cause: unknown = new Error('the files are opened anew')): Promise<void> {
    return this.files.reopen(() => this.writer.abandon(cause));
  }

  private checkTime({ timeNanos }: IncomingProfile): void {
    const ms = toMs(timeNanos);
    if (timeNanos < 0n || timeNanos >= 2n ** 63n) {
      throw new ProfileRefused(
        'time_range',
        'The time of the profile is not between 1970 and 2262.',
      );
    }
    if (this.retentionMs !== undefined && ms < this.now() - this.retentionMs) {
      throw new ProfileRefused(
        'out_of_retention',
        `The profile is of ${new Date(ms).toISOString()}, which retention would remove at once. ` +
          'Set RETENTION to keep profiles for longer.',
      );
    }
    if (ms > this.now() + this.aheadMs) {
      throw new ProfileRefused(
        'too_far_ahead',
        `The profile is of ${new Date(ms).toISOString()} and it is ${new Date(this.now()).toISOString()} here. ` +
          'Set the clock of one of the two, or set INGEST_AHEAD_LIMIT to take profiles of the future.',
      );
    }
  }

  /**
   * Does what is due: rolls up, starts new files for those that are full, removes what retention
   * no longer keeps. Called from time to time by whoever runs the store.
   */
  maintain(): Promise<MaintenanceReport> {
    return this.maintenance.run();
  }

  /**
   * Rolls up what is due. Called more often than {@link maintain}, because until then a query over
   * a long range reads every sample.
   */
  async rollUp(): Promise<void> {
    await this.maintenance.rollUp();
  }

  /**
   * The profile types that have data in the range, in order of their ids. What an id of older files
   * names nobody can ask for, so it is left out: one such id must not hide all others.
   */
  async profileTypes(tenant: string, range: TimeRange): Promise<ProfileType[]> {
    const ids = await this.labelValues({ tenant, matchers: [], ...range }, '__profile_type__');
    return ids.map(readProfileType).filter((type) => type !== undefined);
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
    return this.query(() => presentLabels(this.files.all, this.matchers, query));
  }

  /** All samples of a selection as one tree; with `spanIds` only those of these spans. */
  mergeTree(selection: Selection, spanIds?: readonly string[]): Promise<ExactCallTree> {
    return this.selected(selection, (parts) => mergeTree(parts, spanIds));
  }

  /** All samples of a selection as one profile; with `spanIds` only those of these spans. */
  mergeProfile(selection: Selection, spanIds?: readonly string[]): Promise<ProfileTables> {
    const type = parseProfileType(selection.profileTypeId);
    return this.selected(selection, (parts) => mergeProfile(type, parts, spanIds));
  }

  pointSeries(selection: Selection, options: SeriesOptions): Promise<PointSeries[]> {
    return this.selected(selection, (parts) => pointSeries(parts, options));
  }

  /** Some of a tenant's profiles, from where the page before ended (`''` at first). */
  exportPage(tenant: string, cursor: ExportCursor, limit: number): Promise<ExportPage> {
    return this.query(() => exportPage(this.files.all, tenant, cursor, limit));
  }

  private selected<Result>(
    selection: Selection,
    read: (parts: StretchSelection[]) => Promise<Result>,
  ): Promise<Result> {
    return this.query(async () => read(await select(this.files.all, this.matchers, selection)));
  }

  /** Reads, again when the files were opened anew meanwhile: without one that is damaged. */
  private async query<Result>(read: () => Promise<Result>): Promise<Result> {
    for (;;) {
      if (this.files.reopening !== undefined) await this.files.reopening.catch(() => undefined);
      if (this.files.isIncomplete) await this.writer.exclusive(() => this.complete());
      const { engine } = this.files;
      const running = read();
      this.queries.add(running);
      try {
        return await running;
      } catch (error) {
        if (error instanceof DamagedFile) {
          await this.writer.exclusive(() => this.leaveAside(error));
        } else if (engine === this.files.engine && this.files.reopening === undefined) {
          throw error;
        }
      } finally {
        this.queries.delete(running);
      }
    }
  }

  stats(tenant: string): TenantStats {
    let [oldestMs, newestMs] = [Infinity, -Infinity];
    for (const { series } of this.files.all) {
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

  async size(): Promise<StoreSize> {
    const sizes = await Promise.all(this.files.all.map((stretch) => stretch.file.measure()));
    return {
      bytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
      files: sizes.length,
      leftAside: this.files.leftAside,
      series: this.files.all.reduce((sum, { series }) => sum + series.length, 0),
      due: this.files.all.reduce((sum, { rollups }) => sum + rollups.waiting(this.now()), 0),
    };
  }

  /** Ends all work; what was acknowledged is in the files. */
  async close(): Promise<void> {
    await this.maintenance.stop();
    await Promise.allSettled([...this.queries]);
    await this.writer.exclusive(() => this.files.close());
  }
}
