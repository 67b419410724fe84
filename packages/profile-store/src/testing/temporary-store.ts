import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldedFromTree } from '@hsi/test-kit';
import { afterEach, beforeEach } from 'vitest';
import { ProfileStore, type StoreOptions } from '../store.ts';
import { HOUR, selection } from './profiles.ts';

/** A store in a directory of its own, with a clock that only the test moves. */
export class TemporaryStore {
  now = 0;
  directory = '';
  private opened: ProfileStore | undefined;

  get store(): ProfileStore {
    if (this.opened === undefined) throw new Error('The test has closed the store.');
    return this.opened;
  }

  /** An hour after the first profiles of most tests. */
  async begin(): Promise<void> {
    this.now = HOUR + 3_600_000;
    this.directory = await mkdtemp(join(tmpdir(), 'profile-store-'));
    await this.open();
  }

  async end(): Promise<void> {
    await this.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async open(options: Partial<StoreOptions> = {}): Promise<void> {
    const { directory } = this;
    this.opened = await ProfileStore.open({ directory, now: () => this.now, ...options });
  }

  async close(): Promise<void> {
    await this.opened?.close();
    this.opened = undefined;
  }

  /** Closes the store and opens it again. */
  async reopen(options: Partial<StoreOptions> = {}): Promise<void> {
    await this.close();
    await this.open(options);
  }

  /** The merged stack traces of a selection as folded lines. */
  async folded(...args: Parameters<typeof selection>): Promise<string[]> {
    return foldedFromTree(await this.store.mergeTree(selection(...args)));
  }

  /** Names of the stored files. */
  async files(): Promise<string[]> {
    return (await readdir(this.directory)).filter((name) => name.endsWith('.duckdb')).sort();
  }
}

/** A new store for every test of a file. */
export function useTemporaryStore(): TemporaryStore {
  const temporary = new TemporaryStore();
  beforeEach(() => temporary.begin());
  afterEach(() => temporary.end());
  return temporary;
}
