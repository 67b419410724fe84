import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { foldedFromTree } from '@hsi/test-kit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
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

type Run = DuckDBConnection['run'];

/** Lets the next statements that match fail as DuckDB would; gives the way to end it. */
function failing(
  pattern: RegExp,
  message: string,
  instead: (run: () => ReturnType<Run>, sql: string) => ReturnType<Run> = () =>
    Promise.reject(new Error(message)),
): () => void {
  const run = DuckDBConnection.prototype.run;
  const spy = vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(function (
    this: DuckDBConnection,
    ...statement
  ) {
    if (pattern.test(statement[0])) {
      return instead(() => run.apply(this, statement), statement[0]);
    }
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

test('while the files cannot be opened, questions are refused and not answered empty', async () => {
  await store.ingest(T, [profile('a 1')]);
  const gaveUp = failing(/^COMMIT$/, 'FATAL Error: database has been invalidated');
  await expect(store.ingest(T, [profile('b 2')])).rejects.toThrow(StoreUnavailable);
  gaveUp();
  const unopened = failing(/^ATTACH/, 'IO Error: Could not set lock on file: Conflicting lock');
  now += 5_000;
  await expect(store.ingest(T, [profile('c 3')])).rejects.toThrow(StoreUnavailable);
  await expect(folded()).rejects.toThrow(/cannot be read at present: .*could not be opened/);
  now += 5_000;
  await expect(folded()).rejects.toThrow(/cannot be read at present: .*used by another process/);
  unopened();
  now += 5_000;
  expect(await folded()).toEqual(['a 1']);
});

test('a damaged file is left aside later when the files could not be opened anew at once', async () => {
  await store.ingest(T, [profile('a 1')]);
  failing(/^(?!ATTACH).*_?sample\b/s, 'IO Error: Corrupt database file: computed checksum');
  vi.spyOn(DuckDBInstance, 'create').mockRejectedValueOnce(new Error('out of memory'));
  await expect(folded()).rejects.toThrow('out of memory');
  expect(await folded()).toEqual([]);
  expect((await store.size()).leftAside).toBe(1);
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

test('a pin that cannot be written is refused, and no pin is lost', async () => {
  const pin = (id: string) => ({ id, tenant: T, from: HOUR, to: HOUR, note: '', createdMs: now });
  await store.pins.add(pin('a'));
  await mkdir(join(directory, 'pins.json.new'));
  await expect(store.pins.add(pin('b'))).rejects.toThrow(StoreUnavailable);
  expect(store.pins.list(T).map(({ id }) => id)).toEqual(['a']);
  await rm(join(directory, 'pins.json.new'), { recursive: true });
  await store.pins.add(pin('c'));
  expect(store.pins.list(T).map(({ id }) => id)).toEqual(['a', 'c']);
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

describe('a push that spans two files', () => {
  const NEXT_DAY = HOUR + 86_400_000;
  const BEFORE = ['before 9'];
  const ALL = ['before 9', 'one 1', 'two 2'];
  const push = () => store.ingest(T, [profile('one 1'), profile('two 2', { ms: NEXT_DAY })]);
  const DISK_FULL = 'Could not write file: No space left on device';

  beforeEach(async () => {
    await store.ingest(T, [profile('before 4'), profile('before 5', { ms: NEXT_DAY })]);
  });

  /** Lets every commit fail from the `first` one on. */
  function failingCommits(first: number, message = DISK_FULL): () => void {
    let count = 0;
    return failing(/^COMMIT$/, message, (run) =>
      ++count < first ? run() : Promise.reject(new Error(message)),
    );
  }

  /** The files as `kill -9` leaves them when a statement or a call is reached. */
  async function copyOfFiles(): Promise<string> {
    const copy = await mkdtemp(join(tmpdir(), 'profile-store-'));
    await cp(directory, copy, { recursive: true });
    return copy;
  }

  async function openInstead(other: string): Promise<void> {
    await store.close();
    await rm(directory, { recursive: true });
    directory = other;
    store = await ProfileStore.open({ directory, now: () => now });
  }

  test('is in none when the second cannot be written, and once when it is sent again', async () => {
    let count = 0;
    const end = failing(/^COMMIT$/, DISK_FULL, (run) =>
      ++count === 2 ? Promise.reject(new Error(DISK_FULL)) : run(),
    );
    await expect(push()).rejects.toThrow(/the disk is full/);
    end();
    expect(await folded()).toEqual(BEFORE);
    now += 1_000;
    await push();
    expect(await folded()).toEqual(ALL);
    await store.close();
    store = await ProfileStore.open({ directory, now: () => now });
    expect(await folded()).toEqual(ALL);
  });

  test('is refused until what the first file has of it could be taken back', async () => {
    const end = failingCommits(2);
    await expect(push()).rejects.toThrow(StoreUnavailable);
    now += 5_000;
    await expect(push()).rejects.toThrow(StoreUnavailable);
    await expect(store.ingest(T, [profile('other 1')])).rejects.toThrow(StoreUnavailable);
    end();
    now += 5_000;
    await push();
    expect(await folded()).toEqual(ALL);
  });

  test('is taken back although the server ended before it could be', async () => {
    failingCommits(2);
    await expect(push()).rejects.toThrow(StoreUnavailable);
    vi.restoreAllMocks();
    await openInstead(await copyOfFiles());
    expect(await folded()).toEqual(BEFORE);
    await push();
    expect(await folded()).toEqual(ALL);
  });

  test.each([
    ['before the first commit', 1],
    ['between the two commits', 2],
  ])('is in none after a crash %s', async (_, reached) => {
    let copy = '';
    let count = 0;
    const end = failing(/^COMMIT$/, '', async (run) => {
      if (++count === reached) copy = await copyOfFiles();
      return run();
    });
    await push();
    end();
    expect(await folded()).toEqual(ALL);
    await openInstead(copy);
    expect(await folded()).toEqual(BEFORE);
    expect(
      await store.labelValues({ tenant: T, matchers: [], from: 0, to: NEXT_DAY }, 'service_name'),
    ).toEqual(['backend']);
    await push();
    expect(await folded()).toEqual(ALL);
    await openInstead(await copyOfFiles());
    expect(await folded()).toEqual(ALL);
  });

  test('is in both after a crash that follows its answer', async () => {
    await push();
    await openInstead(await copyOfFiles());
    expect(await folded()).toEqual(ALL);
  });

  test('a journal that was cut off while it was written says nothing', async () => {
    await push();
    const copy = await copyOfFiles();
    await writeFile(join(copy, 'commit.journal'), '[{"stretch":"20261123T0000-0","after":0');
    await openInstead(copy);
    expect(await folded()).toEqual(ALL);
  });

  test('does not count twice when a roll-up read it before it was taken back', async () => {
    await store.ingest(T, [profile('later 3', { ms: NEXT_DAY + 86_400_000 })]);
    now = NEXT_DAY + 2 * 86_400_000;
    let rollingUp: Promise<unknown> | undefined;
    let [commits, sums] = [0, 0];
    const end = failing(/^COMMIT$|GROUP BY series, stack/, DISK_FULL, async (run, sql) => {
      if (sql !== 'COMMIT') {
        const rows = await run();
        sums++;
        return rows;
      }
      if (++commits !== 2) return run();
      // The first part is in its file. A roll-up reads it, and waits for its turn to write.
      rollingUp = store.maintain();
      await vi.waitFor(() => expect(sums).toBe(1), { timeout: 10_000 });
      throw new Error(DISK_FULL);
    });
    await expect(push()).rejects.toThrow(StoreUnavailable);
    await rollingUp;
    end();
    now += 1_000;
    await store.maintain();
    expect(await folded()).toEqual(BEFORE);
    await push();
    expect(await folded()).toEqual(ALL);
  });
});
