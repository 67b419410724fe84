import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBConnection } from '@duckdb/node-api';
import { describe, expect, test, vi } from 'vitest';
import { ProfileStore } from './store.ts';
import { HOUR, profile } from './testing/profiles.ts';
import { useTemporaryStore } from './testing/temporary-store.ts';

const T = 'anonymous';
const MINUTE = 60_000;
const HOUR_MS = 60 * MINUTE;
const DAY_MS = 24 * HOUR_MS;
const at = useTemporaryStore();

describe('roll-ups', () => {
  test('a query over rolled up buckets and the time around them is the same', async () => {
    const profiles = Array.from({ length: 60 }, (_, index) =>
      profile(`main;f${index % 7} ${index + 1}\nspan=00f067aa0ba902b7 main 1`, {
        ms: HOUR + index * 3 * MINUTE + 1,
      }),
    );
    await at.store.ingest(T, profiles);
    const ranges = [
      { from: HOUR, to: HOUR + 180 * MINUTE },
      { from: HOUR + 7 * MINUTE, to: HOUR + 141 * MINUTE },
      { from: HOUR + 1, to: HOUR + 1 },
      { from: HOUR + 20 * MINUTE, to: HOUR + 30 * MINUTE - 1 },
    ];
    const before = await Promise.all(ranges.map((range) => at.folded('', range)));
    at.now = HOUR + 86_400_000;
    expect((await at.store.maintain()).rolledUp).toBeGreaterThan(18);
    expect(await Promise.all(ranges.map((range) => at.folded('', range)))).toEqual(before);

    // A late profile counts at once, and after the next roll-up.
    await at.store.ingest(T, [profile('late 5', { ms: HOUR + 25 * MINUTE })]);
    expect(await at.folded('', ranges[0])).toContain('late 5');
    at.now += 2_000;
    expect((await at.store.maintain()).rolledUp).toBe(2);
    expect(await at.folded('', ranges[0])).toEqual([...before[0]!, 'late 5'].sort());
    await at.reopen();
    expect(await at.folded('', ranges[0])).toEqual([...before[0]!, 'late 5'].sort());
    expect((await at.store.maintain()).rolledUp).toBe(0);
  });
});

describe('between two runs of maintenance', () => {
  const due = async () => (await at.store.size()).due;

  test('old data is rolled up as soon as no more of it arrives', async () => {
    at.now = HOUR + DAY_MS;
    await at.store.ingest(T, [profile('a 1')]);
    expect(await due()).toBe(2);
    await at.store.rollUp();
    expect(await due()).toBe(2);
    at.now += 2_000;
    await at.store.rollUp();
    expect(await due()).toBe(0);
    expect(await at.folded()).toEqual(['a 1']);
  });

  test('what is of now is not', async () => {
    await at.store.ingest(T, [profile('a 1', { ms: at.now })]);
    at.now += 5_000;
    await at.store.rollUp();
    expect(await due()).toBe(0);
    at.now += 3 * HOUR_MS;
    expect(await due()).toBe(2);
  });
});

test('dictionaries that were not used for long are forgotten and read again', async () => {
  await at.reopen({ dictionaryBytes: 1 });
  const days = [0, 1, 2].map((day) => HOUR + day * DAY_MS);
  const push = (round: number) =>
    at.store.ingest(
      T,
      days.map((ms, day) => profile(`main;day${day};round${round} 1`, { ms })),
    );
  const all = { from: HOUR, to: days[2]! };
  await push(1);
  const expected = ['main;day0;round1 1', 'main;day1;round1 1', 'main;day2;round1 1'];
  const run = vi.spyOn(DuckDBConnection.prototype, 'run');
  const reads = () => run.mock.calls.filter(([sql]) => sql.startsWith('SELECT id, text')).length;
  expect(await at.folded('', all)).toEqual(expected);
  expect(reads()).toBe(0);
  await at.store.maintain();
  expect(await at.folded('', all)).toEqual(expected);
  expect(reads()).toBe(2);
  await at.store.maintain();
  await push(2);
  expect(reads()).toBe(4);
  await at.store.maintain();
  await at.reopen();
  const both = expected.flatMap((line) => [line, line.replace('round1', 'round2')]);
  expect(await at.folded('', all)).toEqual(both);
});

describe('retention', () => {
  test('by age removes the files', async () => {
    await at.store.ingest(T, [profile('old 1'), profile('new 2', { ms: HOUR + 3 * 86_400_000 })]);
    await at.reopen({ retentionMs: 2 * 86_400_000 });
    at.now = HOUR + 3 * 86_400_000;
    expect((await at.store.maintain()).removedFiles).toBe(1);
    expect(await at.files()).toHaveLength(1);
    expect(await at.folded('', { to: at.now })).toEqual(['new 2']);
  });

  test('a pinned range stays', async () => {
    await at.store.ingest(T, [profile('base 1'), profile('new 2', { ms: HOUR + 3 * 86_400_000 })]);
    await at.store.pins.add({
      id: 'p',
      tenant: T,
      from: HOUR,
      to: HOUR,
      note: '',
      createdMs: at.now,
    });
    await at.reopen({ retentionMs: 2 * 86_400_000, retentionBytes: 1 });
    at.now = HOUR + 3 * 86_400_000;
    expect((await at.store.maintain()).removedFiles).toBe(0);
    expect(await at.store.pins.remove('other', 'p')).toBe(false);
    expect(await at.store.pins.remove(T, 'p')).toBe(true);
    expect((await at.store.maintain()).removedFiles).toBe(1);
  });

  test('by age removes a file that got no profile, because its push could not be stored', async () => {
    const run = DuckDBConnection.prototype.run;
    const spy = vi.spyOn(DuckDBConnection.prototype, 'run').mockImplementation(function (
      this: DuckDBConnection,
      ...statement
    ) {
      if (statement[0] === 'COMMIT') return Promise.reject(new Error('No space left on device'));
      return run.apply(this, statement);
    });
    await expect(at.store.ingest(T, [profile('a 1')])).rejects.toThrow(/disk is full/);
    spy.mockRestore();
    await at.reopen({ retentionMs: 2 * DAY_MS });
    await at.store.maintain();
    expect(await at.files()).toHaveLength(1);
    at.now = HOUR + 4 * DAY_MS;
    expect((await at.store.maintain()).removedFiles).toBe(1);
    expect(await at.files()).toEqual([]);
  });

  test('pins that are set at one time are all kept, also when the store is opened again', async () => {
    const ids = ['a', 'b', 'c'];
    const pin = (id: string) => ({
      id,
      tenant: T,
      from: HOUR,
      to: HOUR,
      note: '',
      createdMs: at.now,
    });
    await Promise.all(ids.map((id) => at.store.pins.add(pin(id))));
    await Promise.all([at.store.pins.remove(T, 'b'), at.store.pins.add(pin('d'))]);
    await at.reopen();
    expect(at.store.pins.list(T).map(({ id }) => id)).toEqual(['a', 'c', 'd']);
  });

  test.each(['[{"id":"p"', '{"id":"p"}', '[{"id":"p"}]'])(
    'pins that cannot be read are not taken for none: %s',
    async (text) => {
      await at.close();
      await writeFile(join(at.directory, 'pins.json'), text);
      await expect(ProfileStore.open({ directory: at.directory })).rejects.toThrow(
        /The pinned ranges in .* cannot be read .* Correct the file, or remove it/,
      );
      await rm(join(at.directory, 'pins.json'));
      await at.open();
    },
  );

  test('by size removes the oldest files, and a file that is full is followed by another', async () => {
    await at.reopen({ retentionBytes: 3_000_000 });
    const wide = (ms: number) =>
      profile(
        Array.from({ length: 2_000 }, () => `main;${randomBytes(200).toString('hex')} 1`).join(
          '\n',
        ),
        { ms },
      );
    for (let round = 0; round < 12; round++) {
      await at.store.ingest(T, [wide(HOUR + round)]);
      await at.store.maintain();
    }
    expect((await at.files()).some((name) => !name.endsWith('-0.duckdb'))).toBe(true);
    expect((await at.files()).some((name) => name.endsWith('-0.duckdb'))).toBe(false);
    const sizes = await Promise.all(
      (await readdir(at.directory, { withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => stat(join(at.directory, name))),
    );
    const onDisk = sizes.reduce((sum, { size }) => sum + size, 0);
    expect(onDisk).toBeLessThan(6_000_000);
    expect((await at.store.size()).bytes).toBe(onDisk);
    expect(await at.folded('', { from: HOUR + 11, to: HOUR + 11 })).toHaveLength(2_000);
    expect(await at.folded('', { from: HOUR, to: HOUR })).toEqual([]);
  });

  test('what is older is refused', async () => {
    await at.reopen({ retentionMs: 3_600_000 });
    await expect(at.store.ingest(T, [profile('a 1', { ms: HOUR - 1 })])).rejects.toThrow(
      /retention would remove at once/,
    );
    await at.store.ingest(T, [profile('a 1', { ms: HOUR + 1 })]);
  });
});
