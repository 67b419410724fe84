import { type UnixMs } from '@hsi/profile-model';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { type Batch } from './batch.ts';
import { CommitJournal, type CommitPart } from './commit-journal.ts';
import { Engine, type EngineOptions } from './engine.ts';
import { DamagedFile, RemovedFile, StoreUnavailable, UnusableDataDirectory } from './errors.ts';
import { Stretch } from './stretch.ts';
import { StretchFile } from './stretch-file.ts';

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
  /** Window -> the latest generation in the directory, also of a file that was left aside. */
  private readonly generations = new Map<UnixMs, number>();
  /** Names of stretches whose files were found to be damaged. */
  private readonly damaged = new Set<string>();
  /** How many files cannot be read. */
  leftAside = 0;
  private catalogs = 0;
  private readonly windowMs: number;
  private reopenAt = 0;
  /** True while not all files are open: they are being opened anew, or that failed. */
  isIncomplete = false;
  private readonly journal: CommitJournal;
  /** What a commit left that was interrupted. Until it is taken back nothing can be stored. */
  private interrupted: readonly CommitPart[] = [];
  private unsettledBy: string | undefined;
  /** Set while the files are opened anew: queries wait for it. */
  reopening: Promise<void> | undefined;

  private constructor(
    public engine: Engine,
    private readonly options: StretchSetOptions,
  ) {
    this.windowMs = windowLength(options.retentionMs);
    this.journal = new CommitJournal(options.directory);
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
      set.interrupted = await set.journal.read();
      await set.openFiles();
    } catch (error) {
      await set.engine.close();
      throw error;
    }
    return set;
  }

  get all(): readonly Stretch[] {
    return this.stretches;
  }

  /** Opens all files, and takes back what an interrupted commit has left in them. */
  private async openFiles(): Promise<void> {
    const left: CommitPart[] = [];
    this.generations.clear();
    this.leftAside = 0;
    for (const { name, windowMs, generation } of filesOf(
      await fs.readdir(this.options.directory),
    )) {
      this.generations.set(windowMs, generation);
      if (this.damaged.has(name.replace('.duckdb', ''))) {
        this.leftAside++;
        continue;
      }
      const part = this.interrupted.find(({ stretch }) => `${stretch}.duckdb` === name);
      try {
        const file = await this.attach(name);
        if (part !== undefined && !(await this.takeBack(file, part))) left.push(part);
        await this.load(file, windowMs, generation);
      } catch (error) {
        if (error instanceof UnusableDataDirectory) throw error;
        const reason = reasonOf(error);
        if (/conflicting lock|could not set lock/i.test(reason)) {
          throw new UnusableDataDirectory(
            `The data directory ${this.options.directory} is used by another process. Stop it, or set DATA_DIR to another directory.`,
          );
        }
        this.leftAside++;
        this.options.log(`${name} cannot be read and is left aside: ${reason}`);
      }
    }
    if (this.interrupted.length === 0) return;
    // As long as the journal is not cleared, a later start would take back what is stored by then.
    if (left.length === 0) await this.journal.end().then(() => this.settled(), this.notSettled);
    else this.interrupted = left;
  }

  private attach(name: string): Promise<StretchFile> {
    return StretchFile.open(this.engine, join(this.options.directory, name), `s${++this.catalogs}`);
  }

  private async load(file: StretchFile, windowMs: UnixMs, generation: number): Promise<Stretch> {
    try {
      const stretch = await Stretch.load(this.engine, file, windowMs, generation);
      this.stretches.push(stretch);
      return stretch;
    } catch (error) {
      await file.detach().catch(() => undefined);
      throw error;
    }
  }

  private takeBack(file: StretchFile, { after }: CommitPart): Promise<boolean> {
    return file.removeProfilesAfter(after).then(
      () => true,
      (error: unknown) => {
        this.notSettled(error);
        return false;
      },
    );
  }

  private settled(): void {
    this.interrupted = [];
    this.unsettledBy = undefined;
  }

  private readonly notSettled = (error: unknown) => {
    this.unsettledBy = reasonOf(error);
    this.options.log(`an interrupted commit cannot be taken back yet: ${this.unsettledBy}`);
  };

  /** @throws StoreUnavailable with what is in the way of taking back an interrupted commit */
  private checkSettled(): void {
    if (this.interrupted.length === 0) return;
    const reason = this.unsettledBy === undefined ? '' : `: ${this.unsettledBy}`;
    throw new StoreUnavailable(`a commit that was interrupted is not yet taken back${reason}`);
  }

  /**
   * Writes the batches of some stretches: all of them, or none. What is written in part when it
   * fails is taken back at once, or else when the files are opened next.
   */
  async commit(writing: readonly (readonly [Stretch, Batch])[]): Promise<void> {
    this.checkSettled();
    const parts = writing.map(([{ name }, { firstProfile }]) => ({
      stretch: name,
      after: firstProfile - 1,
    }));
    try {
      if (parts.length > 1) await this.journal.begin(parts);
      for (const [stretch, batch] of writing) await stretch.write(batch);
      if (parts.length > 1) await this.journal.end();
    } catch (error) {
      // A single transaction leaves nothing, unless DuckDB gave up and nobody knows.
      if (parts.length > 1 || isFatal(error)) {
        this.interrupted = parts;
        await this.takeBackNow(writing);
      }
      throw error;
    }
    const atMs = this.options.now();
    for (const [stretch, batch] of writing) stretch.publish(batch, atMs);
  }

  private async takeBackNow(writing: readonly (readonly [Stretch, Batch])[]): Promise<void> {
    try {
      const atMs = this.options.now();
      for (const [stretch, batch] of writing) await stretch.takeBack(batch, atMs);
      await this.journal.end();
      this.settled();
    } catch (error) {
      this.notSettled(error);
    }
  }

  /** The stretch that takes profiles of this time, when it is open and ready. */
  ready(ms: UnixMs): Stretch | undefined {
    if (this.reopening !== undefined || this.interrupted.length > 0) return undefined;
    const windowMs = this.windowOf(ms);
    const found = this.newest(windowMs);
    return found?.isWritable === true && !found.isFull ? found : undefined;
  }

  /** Opens or makes the stretch that takes profiles of this time. @throws StoreUnavailable, DamagedFile */
  async prepare(ms: UnixMs): Promise<Stretch> {
    const windowMs = this.windowOf(ms);
    this.checkSettled();
    try {
      let found = this.newest(windowMs);
      if (found === undefined || found.isFull) {
        const generation = (this.generations.get(windowMs) ?? -1) + 1;
        const file = await this.attach(fileName(windowMs, generation));
        found = await this.load(file, windowMs, generation);
        this.generations.set(windowMs, generation);
      }
      if (found.file.isReadOnly) {
        throw new StoreUnavailable(`${found.file.path} can only be read.`);
      }
      await found.dictionary();
      return found;
    } catch (error) {
      if (error instanceof StoreUnavailable || error instanceof DamagedFile) throw error;
      throw new StoreUnavailable(reasonOf(error), { cause: error });
    }
  }

  /** Goes on without a file that is damaged. `onDrop`: see {@link reopen}. */
  async leaveAside(damage: DamagedFile, onDrop: () => void): Promise<void> {
    // Others may have read it as well, and have left it aside by now.
    if (!this.stretches.some(({ name }) => name === damage.stretch)) return;
    this.damaged.add(damage.stretch);
    this.options.log(`${damage.message}. It is left aside.`);
    await this.reopen(onDrop);
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
      this.isIncomplete ||
      this.interrupted.length > 0 ||
      this.stretches.some(({ file }) => file.isReadOnly) ||
      error instanceof RemovedFile ||
      isFatal(error)
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
    this.isIncomplete = true;
    await this.engine.close();
    this.engine = engine;
    await this.journal.close();
    // Somebody may have removed it.
    await fs.mkdir(this.options.directory, { recursive: true });
    await this.openFiles();
    this.isIncomplete = false;
  }

  async close(): Promise<void> {
    for (const stretch of this.stretches) await stretch.close();
    this.stretches = [];
    await this.engine.close();
    await this.journal.close();
  }
}

/** A tenth of the retention, so that whole files can go; a day at most. */
function windowLength(retentionMs: number | undefined): number {
  if (retentionMs === undefined) return DAY_MS;
  const tenth = Math.max(LEAST_WINDOW_MS, Math.min(DAY_MS, retentionMs / 10));
  const lengths = [DAY_MS, DAY_MS / 4, DAY_MS / 24, LEAST_WINDOW_MS];
  return lengths.find((length) => length <= tenth) ?? LEAST_WINDOW_MS;
}

interface FoundFile {
  readonly name: string;
  readonly windowMs: UnixMs;
  readonly generation: number;
}

/** The files among these names that are of a store, the earliest first. */
function filesOf(names: readonly string[]): FoundFile[] {
  return names
    .flatMap((name) => {
      const [, year, month, day, hour, minute, generation] = FILE.exec(name) ?? [];
      if (generation === undefined) return [];
      const windowMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}Z`);
      return [{ name, windowMs, generation: Number(generation) }];
    })
    .sort((a, b) => a.windowMs - b.windowMs || a.generation - b.generation);
}

function fileName(windowMs: UnixMs, generation: number): string {
  const time = new Date(windowMs).toISOString().replace(/[-:]/g, '').slice(0, 13);
  return `${time}-${generation}.duckdb`;
}

/** True when DuckDB gave up: the files must be opened anew. */
function isFatal(error: unknown): boolean {
  return error !== undefined && /invalidated|FATAL|INTERNAL Error/i.test(reasonOf(error));
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
