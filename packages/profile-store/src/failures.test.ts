import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { foldedFromTree } from '@hsi/test-kit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StoreUnavailable } from './errors.ts';
import { ProfileStore } from './store.ts';
import { HOUR, profile, selection } from './testing/profiles.ts';

const T = 'anonymous';
let directory: string;
let store: ProfileStore;
let now = HOUR;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'profile-store-'));
  store = await ProfileStore.open({ directory, now: () => now });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

async function folded(): Promise<string[]> {
  return foldedFromTree(await store.mergeTree(selection()));
}

/** Lets the next statements that match fail as DuckDB would; gives the way to end it. */
function failing(
  pattern: RegExp,
  message: string,
  instead: (run: () => Promise<unknown>) => Promise<never> = () =>
    Promise.reject(new Error(message)),
): () => void {
  const run = DuckDBConnection.prototype.run;
  const spy = vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(function (
    this: DuckDBConnection,
    ...statement
  ) {
    if (pattern.test(statement[0])) return instead(() => run.apply(this, statement));
    return run.apply(this, statement);
  });
  return () => spy.mockRestore();
}

test('a full disk refuses pushes, answers queries, and recovers by itself', async () => {
  await store.ingest(T, [profile('a 1')]);
  const end = failing(/^COMMIT$/, 'Could not write file: No space left on device');
  const refused = store.ingest(T, [profile('b 2')]);
  await expect(refused).rejects.toThrow(StoreUnavailable);
  await expect(refused).rejects.toThrow(/the disk is full/);
  expect(await folded()).toEqual(['a 1']);
  await expect(store.ingest(T, [profile('b 2')])).rejects.toThrow(/the disk is full/);
  end();
  now += 1_000;
  await store.ingest(T, [profile('b;c 4')]);
  expect(await folded()).toEqual(['a 1', 'b;c 4']);
  await store.close();
  store = await ProfileStore.open({ directory, now: () => now });
  expect(await folded()).toEqual(['a 1', 'b;c 4']);
});

test('a push that is durable although the checkpoint after it failed is acknowledged, once', async () => {
  await store.ingest(T, [profile('a 1')]);
  const end = failing(/^COMMIT$/, 'invalidated', async (run) => {
    await run();
    throw new Error(
      'IO Error: Transaction COMMIT succeeded and is durable, but the autocheckpoint failed. The database has been invalidated.',
    );
  });
  await store.ingest(T, [profile('b 2')]);
  end();
  now += 5_000;
  await store.ingest(T, [profile('c 3')]);
  expect(await folded()).toEqual(['a 1', 'b 2', 'c 3']);
});

test('when DuckDB gives up, the files are opened anew', async () => {
  await store.ingest(T, [profile('a 1')]);
  const end = failing(
    /^COMMIT$/,
    'FATAL Error: database has been invalidated because of a previous fatal error',
  );
  await expect(store.ingest(T, [profile('b 2')])).rejects.toThrow(StoreUnavailable);
  end();
  now += 5_000;
  expect(await folded()).toEqual(['a 1']);
  await store.ingest(T, [profile('c 3')]);
  expect(await folded()).toEqual(['a 1', 'c 3']);
});

test('what was collected while the files were opened anew is refused, not lost in silence', async () => {
  await store.ingest(T, [profile('a 1')]);
  const end = failing(/^COMMIT$/, 'FATAL Error: database has been invalidated');
  const answers = await Promise.allSettled(
    Array.from({ length: 30 }, async (_, index) => {
      if (index > 0) await new Promise((resolve) => setTimeout(resolve, index));
      now += 100;
      if (index === 15) end();
      return store.ingest(T, [profile(`n${index} 1`)]);
    }),
  );
  const stored = answers.flatMap(({ status }, index) =>
    status === 'fulfilled' ? [`n${index} 1`] : [],
  );
  expect(await folded()).toEqual(['a 1', ...stored].sort());
  expect(stored.length).toBeLessThan(30);
});

test('a new file that cannot be made refuses pushes', async () => {
  const end = failing(/^ATTACH/, 'IO Error: Cannot open file: Read-only file system');
  await expect(store.ingest(T, [profile('a 1')])).rejects.toThrow(/can only be read/);
  end();
  await store.ingest(T, [profile('a 1')]);
  expect(await folded()).toEqual(['a 1']);
});

test('files that can only be read are read, and written when that is possible again', async () => {
  await store.ingest(T, [profile('a 1')]);
  await store.close();
  const end = failing(/^ATTACH [^(]*$/, 'IO Error: Cannot open file: Read-only file system');
  store = await ProfileStore.open({ directory, now: () => now });
  expect(await folded()).toEqual(['a 1']);
  await expect(store.ingest(T, [profile('b 2')])).rejects.toThrow(/can only be read/);
  end();
  now += 5_000;
  await store.ingest(T, [profile('b 2')]);
  expect(await folded()).toEqual(['a 1', 'b 2']);
});

test('a roll-up that fails is tried again', async () => {
  await store.ingest(T, [profile('a 1')]);
  now = HOUR + 86_400_000;
  const end = failing(/DELETE FROM/, 'No space left on device');
  expect((await store.maintain()).rolledUp).toBe(0);
  expect(await folded()).toEqual(['a 1']);
  end();
  expect((await store.maintain()).rolledUp).toBe(2);
  expect(await folded()).toEqual(['a 1']);
});
