import { type UnixMs } from '@hsi/profile-model';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { Engine, type EngineOptions } from './engine.ts';
import { StoreUnavailable, UnusableDataDirectory } from './errors.ts';
import { Stretch } from './stretch.ts';

const DAY_MS = 86_400_000;
const LEAST_WINDOW_MS = 600_000;
const FILE = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})-(\d+)\.duckdb$/;

/** How long after a failure the files are opened again at the earliest, milliseconds. */
const REOPEN_MS = 1_000;

export interface StretchSetOptions {
  readonly directory: string;
  readonly retentionMs: number | undefined;
  readonly engine: EngineOptions;
  readonly now: () => UnixMs;
  readonly log: (message: string) => void;
}

/**
 * The files of a store: opens them, finds or makes the one that takes a profile, opens them anew
 * after DuckDB gave up. Everything that uses the writing connection is called in turn.
 */
export class StretchSet {
  private stretches: Stretch[] = [];
  private catalogs = 0;
  private readonly windowMs: number;
  private reopenAt = 0;
  /** Set while the files are opened anew: queries wait for it. */
  reopening: Promise<void> | undefined;

  private constructor(
    public engine: Engine,
    private readonly options: StretchSetOptions,
  ) {
    this.windowMs = windowLength(options.retentionMs);
  }

  /** @throws UnusableDataDirectory */
  static async open(options: StretchSetOptions): Promise<StretchSet> {
    await fs.mkdir(options.directory, { recursive: true }).catch((error: unknown) => {
      throw new UnusableDataDirectory(
        `The data directory ${options.directory} cannot be made (${reasonOf(error)}). Set DATA_DIR to one that can.`,
      );
    });
    const set = new StretchSet(await Engine.open(options.engine), options);
    try {
      await set.openFiles();
    } catch (error) {
      set.engine.close();
      throw error;
    }
    return set;
  }

  get all(): readonly Stretch[] {
    return this.stretches;
  }

  private async openFiles(): Promise<void> {
    for (const name of (await fs.readdir(this.options.directory)).sort()) {
      const [, year, month, day, hour, minute, generation] = FILE.exec(name) ?? [];
      if (generation === undefined) continue;
      const windowMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`);
      try {
        await this.openFile(windowMs, Number(generation));
      } catch (error) {
        if (error instanceof UnusableDataDirectory) throw error;
        const reason = reasonOf(error);
        if (/conflicting lock|could not set lock/i.test(reason)) {
          throw new UnusableDataDirectory(
            `The data directory ${this.options.directory} is used by another process. Stop it, or set DATA_DIR to another directory.`,
          );
        }
        this.options.log(`${name} cannot be read and is left aside: ${reason}`);
      }
    }
  }

  private async openFile(windowMs: UnixMs, generation: number): Promise<Stretch> {
    const path = join(this.options.directory, fileName(windowMs, generation));
    const catalog = `s${++this.catalogs}`;
    const stretch = await Stretch.open(this.engine, path, catalog, windowMs, generation);
    this.stretches.push(stretch);
    return stretch;
  }

  /** The stretch that takes profiles of this time, when it is open and ready. */
  ready(ms: UnixMs): Stretch | undefined {
    if (this.reopening !== undefined) return undefined;
    const windowMs = this.windowOf(ms);
    const found = this.newest(windowMs);
    return found?.isWritable === true && !found.isFull ? found : undefined;
  }

  /** Opens or makes the stretch that takes profiles of this time. @throws StoreUnavailable */
  async prepare(ms: UnixMs): Promise<Stretch> {
    const windowMs = this.windowOf(ms);
    try {
      let found = this.newest(windowMs);
      if (found === undefined || found.isFull) {
        found = await this.openFile(windowMs, found === undefined ? 0 : found.generation + 1);
      }
      if (found.isReadOnly) {
        throw new StoreUnavailable(`${found.path} can only be read.`);
      }
      await found.dictionary();
      return found;
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      throw new StoreUnavailable(reasonOf(error), { cause: error });
    }
  }

  private windowOf(ms: UnixMs): UnixMs {
    return Math.floor(ms / this.windowMs) * this.windowMs;
  }

  private newest(windowMs: UnixMs): Stretch | undefined {
    return this.stretches.findLast((stretch) => stretch.windowMs === windowMs);
  }

  /** Takes stretches out of every further query. */
  forget(removed: readonly Stretch[]): void {
    this.stretches = this.stretches.filter((stretch) => !removed.includes(stretch));
  }

  /** True when the files must be opened anew before anything can be stored. */
  needsReopening(error?: unknown): boolean {
    if (this.options.now() < this.reopenAt) return false;
    return (
      this.stretches.some(({ isReadOnly }) => isReadOnly) ||
      /invalidated|FATAL|INTERNAL Error/i.test(error === undefined ? '' : reasonOf(error))
    );
  }

  /**
   * Closes and opens everything. `onDrop` is told at once that what was not committed is gone:
   * from then on nothing is added to a stretch that is never committed.
   */
  async reopen(onDrop: () => void): Promise<void> {
    this.reopenAt = this.options.now() + REOPEN_MS;
    onDrop();
    this.reopening = this.openAnew().finally(() => {
      this.reopening = undefined;
    });
    await this.reopening;
  }

  private async openAnew(): Promise<void> {
    const engine = await Engine.open(this.options.engine);
    this.stretches = [];
    this.engine.close();
    this.engine = engine;
    await this.openFiles();
  }

  async close(): Promise<void> {
    for (const stretch of this.stretches) await stretch.close();
    this.stretches = [];
    this.engine.close();
  }
}

/** A tenth of the retention, so that whole files can go; a day at most. */
function windowLength(retentionMs: number | undefined): number {
  if (retentionMs === undefined) return DAY_MS;
  const tenth = Math.max(LEAST_WINDOW_MS, Math.min(DAY_MS, retentionMs / 10));
  const lengths = [DAY_MS, DAY_MS / 4, DAY_MS / 24, LEAST_WINDOW_MS];
  return lengths.find((length) => length <= tenth) ?? LEAST_WINDOW_MS;
}

function fileName(windowMs: UnixMs, generation: number): string {
  const time = new Date(windowMs).toISOString().replace(/[-:]/g, '').slice(0, 13);
  return `${time}-${generation}.duckdb`;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
