import { type UnixMs } from '@hsi/profile-model';
import { DamagedFile } from './errors.ts';
import { type Pins } from './pins.ts';
import { expired } from './retention.ts';
import { rollUp } from './rollup.ts';
import { type Stretch } from './stretch.ts';
import { reasonOf, type StretchSet } from './stretch-set.ts';

/** Sizes at which a window goes on in another file: a tenth of what may be kept, within these. */
const LEAST_FILE_BYTES = 1_000_000;
const GREATEST_FILE_BYTES = 256_000_000;
/** Buckets rolled up in one run, so that a run ends. */
const BUCKETS_PER_RUN = 500;
/** A file that was not written for so long has its log folded in, milliseconds. */
const QUIET_MS = 300_000;
/** What the dictionaries of all files may take in memory, roughly. */
const DICTIONARY_BYTES = 48_000_000;
/** How long no bucket is rolled up on the way after one could not be, milliseconds. */
const RETRY_MS = 15_000;

export interface MaintenanceOptions {
  readonly files: StretchSet;
  readonly pins: Pins;
  readonly retentionMs: number | undefined;
  readonly retentionBytes: number | undefined;
  /** What the dictionaries of all files may take in memory. */
  readonly dictionaryBytes?: number | undefined;
  readonly now: () => UnixMs;
  readonly log: (message: string) => void;
  /** Runs work alone on the writing connection. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Told of a file that turned out to be damaged. */
  damaged(damage: DamagedFile): Promise<void>;
  /** Resolves when the queries that are under way now have ended. */
  queriesEnded(): Promise<void>;
}

/** What a run did. */
export interface MaintenanceReport {
  readonly rolledUp: number;
  readonly removedFiles: number;
  readonly bytes: number;
}

/** The store's background work, one run at a time. */
export class Maintenance {
  private running: Promise<MaintenanceReport> | undefined;
  private rollingUp: Promise<number> | undefined;
  private isStopped = false;
  private rollUpFrom: UnixMs = 0;

  constructor(private readonly options: MaintenanceOptions) {}

  run(): Promise<MaintenanceReport> {
    this.running ??= this.work().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  /** Rolls up what is due, unless that is under way. */
  rollUp(): Promise<unknown> {
    if (this.running !== undefined || this.options.now() < this.rollUpFrom) {
      return Promise.resolve();
    }
    this.rollingUp ??= this.rollUpDue().finally(() => {
      this.rollingUp = undefined;
    });
    return this.rollingUp;
  }

  /** Ends what is under way and lets nothing else begin. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.allSettled([this.running, this.rollingUp]);
  }

  private async work(): Promise<MaintenanceReport> {
    await this.rollingUp?.catch(() => undefined);
    const removedFiles = await this.removeExpired();
    await this.closeFull();
    const rolledUp = await this.rollUpDue();
    await this.foldQuiet();
    await this.releaseDictionaries();
    const { all } = this.options.files;
    return { rolledUp, removedFiles, bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  private async removeExpired(): Promise<number> {
    const { files, pins, retentionMs, retentionBytes, now, log } = this.options;
    await Promise.all(files.all.map((stretch) => stretch.file.measure()));
    const due = expired(files.all, {
      retentionMs,
      retentionBytes,
      now: now(),
      isPinned: (firstMs, lastMs) => pins.covers(firstMs, lastMs),
    });
    if (due.length === 0 || this.isStopped) return 0;
    // Alone on the writing connection, so that nobody opens the file again meanwhile.
    return this.options.exclusive(async () => {
      const removed = due.filter(({ hasRows }) => !hasRows);
      files.forget(removed);
      await this.options.queriesEnded();
      for (const stretch of removed) {
        await stretch.file
          .remove()
          .catch((error: unknown) => log(`${stretch.name} cannot be removed: ${reasonOf(error)}`));
      }
      return removed.length;
    });
  }

  /** A file that is full takes no more profiles, so that retention can remove it as a whole. */
  private async closeFull(): Promise<void> {
    const { files, retentionBytes } = this.options;
    if (retentionBytes === undefined) return;
    const limit = Math.max(LEAST_FILE_BYTES, Math.min(GREATEST_FILE_BYTES, retentionBytes / 10));
    for (const stretch of files.all) {
      if (stretch.isFull || stretch.bytes <= limit) continue;
      // A write-ahead log is much larger than the rows in the file will be.
      await this.fold(stretch);
      if ((await stretch.file.measure()) > limit) stretch.isFull = true;
    }
  }

  private async rollUpDue(): Promise<number> {
    const { files, now, log, exclusive } = this.options;
    let count = 0;
    for (const stretch of files.all) {
      if (stretch.file.isReadOnly) continue;
      for (const level of [0, 1] as const) {
        for (const bucket of stretch.rollups.due(level, now())) {
          if (this.isStopped || count >= BUCKETS_PER_RUN) return count;
          try {
            await rollUp(files.engine, stretch, level, bucket, exclusive);
            count++;
          } catch (error) {
            log(`a roll-up failed: ${reasonOf(error)}`);
            this.rollUpFrom = now() + RETRY_MS;
            if (error instanceof DamagedFile) await this.options.damaged(error);
            return count;
          }
        }
      }
    }
    return count;
  }

  private async foldQuiet(): Promise<void> {
    const now = this.options.now();
    for (const stretch of this.options.files.all) {
      if (stretch.file.isReadOnly || stretch.isFolded || now - stretch.writtenMs < QUIET_MS)
        continue;
      await this.fold(stretch);
    }
  }

  /** Forgets the dictionaries that were not used for the longest time, when all take too much. */
  private async releaseDictionaries(): Promise<void> {
    const { files, exclusive, dictionaryBytes = DICTIONARY_BYTES } = this.options;
    const total = () => files.all.reduce((sum, stretch) => sum + stretch.dictionaryBytes, 0);
    if (total() <= dictionaryBytes || this.isStopped) return;
    await exclusive(async () => {
      const latestLast = [...files.all].sort((a, b) => a.dictionaryUse - b.dictionaryUse);
      for (const stretch of latestLast.slice(0, -1)) {
        if (total() <= dictionaryBytes) break;
        stretch.releaseDictionary();
      }
    });
  }

  private async fold(stretch: Stretch): Promise<void> {
    if (this.isStopped) return;
    await this.options
      .exclusive(() => stretch.checkpoint())
      .catch((error: unknown) => this.options.log(`a checkpoint failed: ${reasonOf(error)}`));
  }
}
