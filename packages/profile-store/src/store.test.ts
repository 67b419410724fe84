import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { foldedFromTree } from '@hsi/test-kit';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { InvalidMatcher, ProfileRefused, UnusableDataDirectory } from './errors.ts';
import { DEFAULT_STORE_LIMITS } from './incoming.ts';
import { ProfileStore, type StoreOptions } from './store.ts';
import { CPU, HOUR, profile, selection } from './testing/profiles.ts';

const T = 'anonymous';
const MINUTE = 60_000;
const HOUR_MS = 60 * MINUTE;
const DAY_MS = 24 * HOUR_MS;

let directory: string;
let store: ProfileStore;
let now: number;

async function open(options: Partial<StoreOptions> = {}): Promise<ProfileStore> {
  store = await ProfileStore.open({ directory, now: () => now, ...options });
  return store;
}

beforeEach(async () => {
  now = HOUR + 3_600_000;
  directory = await mkdtemp(join(tmpdir(), 'profile-store-'));
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

async function folded(...args: Parameters<typeof selection>): Promise<string[]> {
  return foldedFromTree(await store.mergeTree(selection(...args)));
}

describe('stack traces', () => {
  test('of several profiles are merged', async () => {
    await store.ingest(T, [
      profile('main;work 3\nmain 1'),
      profile('main;work 4', { ms: HOUR + 5 }),
    ]);
    await store.ingest(T, [profile('main;idle 2', { ms: HOUR + 9 })]);
    expect(await folded()).toEqual(['main 1', 'main;idle 2', 'main;work 7']);
  });

  test('both ends of a range belong to it', async () => {
    await store.ingest(T, [
      profile('a 1', { ms: HOUR }),
      profile('b 2', { ms: HOUR + 1 }),
      profile('c 4', { ms: HOUR + 2 }),
    ]);
    expect(await folded('', { from: HOUR, to: HOUR + 1 })).toEqual(['a 1', 'b 2']);
    expect(await folded('', { from: HOUR + 2, to: HOUR + 2 })).toEqual(['c 4']);
    expect(await folded('', { from: HOUR + 3, to: HOUR + 9 })).toEqual([]);
  });

  test('of two days, which are two files', async () => {
    await store.ingest(T, [profile('a 1'), profile('a;b 2', { ms: HOUR + 86_400_000 })]);
    expect((await readdir(directory)).filter((name) => name.endsWith('.duckdb'))).toHaveLength(2);
    expect(await folded()).toEqual(['a 1', 'a;b 2']);
  });

  test('values beyond 2^53 stay exact', async () => {
    await store.ingest(T, [profile(`a ${2n ** 60n + 1n}\nb 3`), profile(`a ${2n ** 60n}`)]);
    const tree = await store.mergeTree(selection());
    expect([...tree.exact!.total]).toEqual([2n ** 61n + 4n, 2n ** 61n + 1n, 3n]);
  });

  test('sums beyond 2^63 stay at the greatest value', async () => {
    const huge = profile(`a ${2n ** 63n - 1n}`);
    await store.ingest(T, [huge, huge]);
    const tree = await store.mergeTree(selection());
    expect(tree.exact!.total[0]).toBe(2n ** 63n - 1n);
  });

  test('of a span', async () => {
    const [one, two] = ['00f067aa0ba902b7', 'fffffffffffffff0'];
    await store.ingest(T, [profile(`span=${one} a 1\nspan=${two} a;b 2\na 4`)]);
    expect(await folded()).toEqual(['a 5', 'a;b 2']);
    const spans = async (...ids: string[]) =>
      foldedFromTree(await store.mergeTree(selection(), ids));
    expect(await spans(one!)).toEqual(['a 1']);
    expect(await spans(two!)).toEqual(['a;b 2']);
    expect(await spans(one!, two!)).toEqual(['a 1', 'a;b 2']);
    expect(await spans('0000000000000001')).toEqual([]);
  });

  test('as one profile with files and lines', async () => {
    await store.ingest(T, [profile('main;work 3')]);
    const { samples, frames, strings } = await store.mergeProfile(selection());
    expect([...samples.values]).toEqual([3]);
    expect([...frames.name].map((name) => strings[name])).toEqual(['main', 'work']);
    expect([...frames.file].map((file) => strings[file])).toEqual(['main.ts', 'work.ts']);
    expect([...frames.line]).toEqual([7, 7]);
  });
});

describe('series', () => {
  test('sample labels make series of their own', async () => {
    await store.ingest(T, [profile('model=clip a 1\nmodel=yolo a 2\na 4')]);
    expect(await folded('{model="clip"}')).toEqual(['a 1']);
    expect(await folded('{model=""}')).toEqual(['a 4']);
    expect(await folded()).toEqual(['a 7']);
  });

  test.each([
    ['{service_name="backend"}', 3],
    ['{service_name!="backend"}', 4],
    ['{service_name=~"back.*|x"}', 3],
    ['{service_name!~"back.*"}', 4],
    ['{service_name=~"(?i)BACKEND"}', 3],
    ['{service_name=~"^[a-c]+kend$"}', 3],
    ['{model=~"clip|"}', 7],
    ['{model=~".+"}', 2],
    ['{model!=""}', 2],
    ['{absent=""}', 7],
    ['{__profile_type__=~"process.*",service_name=~".*end"}', 3],
  ])('%s', async (selector, total) => {
    await store.ingest(T, [
      profile('model=clip a 2\na 1'),
      profile('a 4', { service: 'detector' }),
    ]);
    expect((await store.mergeTree(selection(selector))).total[0]).toBe(total);
  });

  test('a pattern that would take for ever is no matter', async () => {
    const value = 'a'.repeat(2_000);
    await store.ingest(T, [profile('x 1', { labels: { name: value } })]);
    expect(await folded('{name=~"(a+)+b"}')).toEqual([]);
    expect(await folded('{name=~"(a+)+"}')).toEqual(['x 1']);
  });

  test('a pattern that does not compile', async () => {
    await expect(folded('{service_name=~"("}')).rejects.toThrow(InvalidMatcher);
  });

  test('names, values and label sets', async () => {
    await store.ingest(T, [profile('model=clip a 1\na 1', { labels: { zone: 'x' } })]);
    await store.ingest(T, [profile('a 1', { service: 'detector', ms: HOUR + 2 * MINUTE })]);
    const all = { tenant: T, selectors: [], from: HOUR, to: HOUR + 5 * MINUTE };
    expect(await store.labelNames(all)).toEqual([
      '__name__',
      '__period_type__',
      '__period_unit__',
      '__profile_type__',
      '__service_name__',
      '__type__',
      '__unit__',
      'model',
      'service_name',
      'zone',
    ]);
    expect(await store.labelValues(all, 'service_name')).toEqual(['backend', 'detector']);
    expect(await store.labelValues({ ...all, from: HOUR + 1 }, 'service_name')).toEqual([
      'detector',
    ]);
    expect(await store.series(all, ['service_name', 'model'])).toEqual([
      { model: 'clip', service_name: 'backend' },
      { service_name: 'backend' },
      { service_name: 'detector' },
    ]);
    expect((await store.profileTypes(T, all)).map(({ id }) => id)).toEqual([CPU]);
  });

  test('a series that has nothing within the range is not listed', async () => {
    await store.ingest(T, [profile('a 1'), profile('a 1', { ms: HOUR + 60 * MINUTE })]);
    const within = { tenant: T, selectors: [], from: HOUR + MINUTE, to: HOUR + 2 * MINUTE };
    expect(await store.labelValues(within, 'service_name')).toEqual([]);
    expect(await store.labelValues({ ...within, to: HOUR + 60 * MINUTE }, 'service_name')).toEqual([
      'backend',
    ]);
  });

  test('points cover the step before them', async () => {
    const at = (second: number, value: number) =>
      profile(`a ${value}`, { ms: HOUR + second * 1_000 });
    await store.ingest(T, [at(0, 1), at(1, 2), at(10, 4), at(11, 8), at(15, 16)]);
    const options = { firstPoint: HOUR, stepMs: 10_000, groupBy: [], limit: 0 } as const;
    const sums = await store.pointSeries(selection(), { ...options, aggregation: 'sum' });
    expect(sums).toEqual([
      {
        labels: {},
        points: [
          { time: HOUR, value: 1 },
          { time: HOUR + 10_000, value: 6 },
          { time: HOUR + 20_000, value: 24 },
        ],
      },
    ]);
    const averages = await store.pointSeries(selection(), { ...options, aggregation: 'average' });
    expect(averages[0]!.points.map(({ value }) => value)).toEqual([1, 3, 12]);
  });

  test('groups by label, the greatest first', async () => {
    await store.ingest(T, [profile('model=clip a 1\nmodel=yolo a 2\na 4')]);
    const grouped = (limit: number) =>
      store.pointSeries(selection(), {
        firstPoint: HOUR,
        stepMs: 1_000,
        groupBy: ['model', 'absent'],
        aggregation: 'sum',
        limit,
      });
    expect((await grouped(0)).map(({ labels }) => labels)).toEqual([
      {},
      { model: 'yolo' },
      { model: 'clip' },
    ]);
    expect(await grouped(1)).toHaveLength(1);
  });
});

test('two tenants never see each other', async () => {
  await store.ingest('one', [profile('secret 1', { service: 'one-service' })]);
  await store.ingest('two', [profile('other 2', { service: 'two-service' })]);
  expect(await folded('', { tenant: 'one' })).toEqual(['secret 1']);
  expect(await folded('', { tenant: 'two' })).toEqual(['other 2']);
  expect(await folded('', { tenant: 'three' })).toEqual([]);
  const all = { selectors: [], from: 0, to: HOUR * 2 };
  expect(await store.labelValues({ tenant: 'two', ...all }, 'service_name')).toEqual([
    'two-service',
  ]);
  expect(await store.labelNames({ tenant: 'three', ...all })).toEqual([]);
  expect(store.stats('one')).toEqual({ dataIngested: true, oldestMs: HOUR, newestMs: HOUR });
  expect(store.stats('three').dataIngested).toBe(false);
});

describe('roll-ups', () => {
  test('a query over rolled up buckets and the time around them is the same', async () => {
    const profiles = Array.from({ length: 60 }, (_, index) =>
      profile(`main;f${index % 7} ${index + 1}\nspan=00f067aa0ba902b7 main 1`, {
        ms: HOUR + index * 3 * MINUTE + 1,
      }),
    );
    await store.ingest(T, profiles);
    const ranges = [
      { from: HOUR, to: HOUR + 180 * MINUTE },
      { from: HOUR + 7 * MINUTE, to: HOUR + 141 * MINUTE },
      { from: HOUR + 1, to: HOUR + 1 },
      { from: HOUR + 20 * MINUTE, to: HOUR + 30 * MINUTE - 1 },
    ];
    const before = await Promise.all(ranges.map((range) => folded('', range)));
    now = HOUR + 86_400_000;
    expect((await store.maintain()).rolledUp).toBeGreaterThan(18);
    expect(await Promise.all(ranges.map((range) => folded('', range)))).toEqual(before);

    // A late profile counts at once, and after the next roll-up.
    await store.ingest(T, [profile('late 5', { ms: HOUR + 25 * MINUTE })]);
    expect(await folded('', ranges[0])).toContain('late 5');
    now += 2_000;
    expect((await store.maintain()).rolledUp).toBe(2);
    expect(await folded('', ranges[0])).toEqual([...before[0]!, 'late 5'].sort());
    await store.close();
    await open();
    expect(await folded('', ranges[0])).toEqual([...before[0]!, 'late 5'].sort());
    expect((await store.maintain()).rolledUp).toBe(0);
  });
});

describe('between two runs of maintenance', () => {
  const due = async () => (await store.size()).due;

  test('old data is rolled up as soon as no more of it arrives', async () => {
    now = HOUR + DAY_MS;
    await store.ingest(T, [profile('a 1')]);
    expect(await due()).toBe(2);
    await store.rollUp();
    expect(await due()).toBe(2);
    now += 2_000;
    await store.rollUp();
    expect(await due()).toBe(0);
    expect(await folded()).toEqual(['a 1']);
  });

  test('what is of now is not', async () => {
    await store.ingest(T, [profile('a 1', { ms: now })]);
    now += 5_000;
    await store.rollUp();
    expect(await due()).toBe(0);
    now += 3 * HOUR_MS;
    expect(await due()).toBe(2);
  });
});

test('dictionaries that were not used for long are forgotten and read again', async () => {
  await store.close();
  await open({ dictionaryBytes: 1 });
  const days = [0, 1, 2].map((day) => HOUR + day * DAY_MS);
  const push = (round: number) =>
    store.ingest(
      T,
      days.map((ms, day) => profile(`main;day${day};round${round} 1`, { ms })),
    );
  const all = { from: HOUR, to: days[2]! };
  await push(1);
  const expected = ['main;day0;round1 1', 'main;day1;round1 1', 'main;day2;round1 1'];
  const run = vi.spyOn(DuckDBConnection.prototype, 'run');
  const reads = () => run.mock.calls.filter(([sql]) => sql.startsWith('SELECT id, text')).length;
  expect(await folded('', all)).toEqual(expected);
  expect(reads()).toBe(0);
  await store.maintain();
  expect(await folded('', all)).toEqual(expected);
  expect(reads()).toBe(2);
  await store.maintain();
  await push(2);
  expect(reads()).toBe(4);
  await store.maintain();
  await store.close();
  await open();
  const both = expected.flatMap((line) => [line, line.replace('round1', 'round2')]);
  expect(await folded('', all)).toEqual(both);
});

describe('retention', () => {
  const files = async () => (await readdir(directory)).filter((name) => name.endsWith('.duckdb'));

  test('by age removes the files', async () => {
    await store.ingest(T, [profile('old 1'), profile('new 2', { ms: HOUR + 3 * 86_400_000 })]);
    await store.close();
    await open({ retentionMs: 2 * 86_400_000 });
    now = HOUR + 3 * 86_400_000;
    expect((await store.maintain()).removedFiles).toBe(1);
    expect(await files()).toHaveLength(1);
    expect(await folded('', { to: now })).toEqual(['new 2']);
  });

  test('a pinned range stays', async () => {
    await store.ingest(T, [profile('base 1'), profile('new 2', { ms: HOUR + 3 * 86_400_000 })]);
    await store.pins.add({ id: 'p', tenant: T, from: HOUR, to: HOUR, note: '', createdMs: now });
    await store.close();
    await open({ retentionMs: 2 * 86_400_000, retentionBytes: 1 });
    now = HOUR + 3 * 86_400_000;
    expect((await store.maintain()).removedFiles).toBe(0);
    expect(await store.pins.remove('other', 'p')).toBe(false);
    expect(await store.pins.remove(T, 'p')).toBe(true);
    expect((await store.maintain()).removedFiles).toBe(1);
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
    await expect(store.ingest(T, [profile('a 1')])).rejects.toThrow(/disk is full/);
    spy.mockRestore();
    await store.close();
    await open({ retentionMs: 2 * DAY_MS });
    await store.maintain();
    expect(await files()).toHaveLength(1);
    now = HOUR + 4 * DAY_MS;
    expect((await store.maintain()).removedFiles).toBe(1);
    expect(await files()).toEqual([]);
  });

  test('pins that are set at one time are all kept, also when the store is opened again', async () => {
    const ids = ['a', 'b', 'c'];
    const pin = (id: string) => ({ id, tenant: T, from: HOUR, to: HOUR, note: '', createdMs: now });
    await Promise.all(ids.map((id) => store.pins.add(pin(id))));
    await Promise.all([store.pins.remove(T, 'b'), store.pins.add(pin('d'))]);
    await store.close();
    await open();
    expect(store.pins.list(T).map(({ id }) => id)).toEqual(['a', 'c', 'd']);
  });

  test.each(['[{"id":"p"', '{"id":"p"}', '[{"id":"p"}]'])(
    'pins that cannot be read are not taken for none: %s',
    async (text) => {
      await store.close();
      await writeFile(join(directory, 'pins.json'), text);
      await expect(ProfileStore.open({ directory })).rejects.toThrow(
        /The pinned ranges in .* cannot be read .* Correct the file, or remove it/,
      );
      await rm(join(directory, 'pins.json'));
      await open();
    },
  );

  test('by size removes the oldest files, and a file that is full is followed by another', async () => {
    await store.close();
    await open({ retentionBytes: 3_000_000 });
    const wide = (ms: number) =>
      profile(
        Array.from({ length: 2_000 }, () => `main;${randomBytes(200).toString('hex')} 1`).join(
          '\n',
        ),
        { ms },
      );
    for (let round = 0; round < 12; round++) {
      await store.ingest(T, [wide(HOUR + round)]);
      await store.maintain();
    }
    expect((await files()).some((name) => !name.endsWith('-0.duckdb'))).toBe(true);
    expect((await files()).some((name) => name.endsWith('-0.duckdb'))).toBe(false);
    const sizes = await Promise.all(
      (await readdir(directory, { withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map(({ name }) => stat(join(directory, name))),
    );
    const onDisk = sizes.reduce((sum, { size }) => sum + size, 0);
    expect(onDisk).toBeLessThan(6_000_000);
    expect((await store.size()).bytes).toBe(onDisk);
    expect(await folded('', { from: HOUR + 11, to: HOUR + 11 })).toHaveLength(2_000);
    expect(await folded('', { from: HOUR, to: HOUR })).toEqual([]);
  });

  test('what is older is refused', async () => {
    await store.close();
    await open({ retentionMs: 3_600_000 });
    await expect(store.ingest(T, [profile('a 1', { ms: HOUR - 1 })])).rejects.toThrow(
      /retention would remove at once/,
    );
    await store.ingest(T, [profile('a 1', { ms: HOUR + 1 })]);
  });
});

test('what is too far ahead of the clock is refused, what is old is not', async () => {
  await store.close();
  await open({ aheadMs: HOUR_MS });
  const refused = store.ingest(T, [profile('a 1'), profile('b 1', { ms: now + HOUR_MS + 1 })]);
  await expect(refused).rejects.toMatchObject({ reason: 'too_far_ahead' });
  await expect(refused).rejects.toThrow(
    /is of 2026-11-23T03:00:00.001Z and it is 2026-11-23T02:00:00.000Z here/,
  );
  expect(store.stats(T).dataIngested).toBe(false);
  await store.ingest(T, [
    profile('a 1', { ms: now + HOUR_MS }),
    profile('b 2', { ms: HOUR - 10 * 365 * DAY_MS }),
  ]);
  expect(await folded('', { from: 0 })).toEqual(['a 1', 'b 2']);
});

test('an export has every stored profile once, with spans and times', async () => {
  const pushed = Array.from({ length: 25 }, (_, index) =>
    profile(`model=m${index % 2} main;work ${index + 1}\nspan=00f067aa0ba902b7 main 7`, {
      ms: HOUR + index * 5 * 3_600_000,
    }),
  );
  await store.ingest(T, pushed);
  await store.ingest('another', [profile('not ours 1')]);
  const ids: string[] = [];
  let [sum, spans] = [0, 0];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page = await store.exportPage(T, cursor, 7);
    for (const { id, labels, tables } of page.profiles) {
      ids.push(id);
      expect(labels.service_name).toBe('backend');
      expect(tables.timeNanos).toBeGreaterThanOrEqual(BigInt(HOUR) * 1_000_000n);
      sum += tables.samples.values.reduce((all, value) => all + value, 0);
      spans += tables.samples.span.filter(
        (span) => tables.spans[span] === '00f067aa0ba902b7',
      ).length;
    }
    cursor = page.next;
  }
  expect(new Set(ids).size).toBe(ids.length);
  expect([ids.length, sum, spans]).toEqual([50, 325 + 25 * 7, 25]);
});

describe('limits', () => {
  test('labels and series', async () => {
    await store.close();
    await open({
      limits: {
        ...DEFAULT_STORE_LIMITS,
        labelsPerSeries: 2,
        seriesPerTenant: 2,
        labelValueLength: 10,
      },
    });
    await store.ingest(T, [profile('a 1')]);
    const refusal = (incoming: ReturnType<typeof profile>) =>
      store.ingest(T, [incoming]).catch((error: unknown) => error);
    expect(await refusal(profile('a 1', { labels: { x: '1', y: '2' } }))).toMatchObject({
      reason: 'labels_per_series',
    });
    expect(await refusal(profile('a 1', { labels: { x: 'longer than ten' } }))).toMatchObject({
      reason: 'label_length',
    });
    expect(await refusal(profile('x=1 a 1\nx=2 a 1'))).toMatchObject({
      reason: 'series_per_tenant',
    });
    expect(await folded()).toEqual(['a 1']);
    await store.ingest(T, [profile('x=1 a 1')]);
    await store.ingest('another', [profile('a 1')]);
    expect(await refusal(profile('x=3 a 1'))).toBeInstanceOf(ProfileRefused);
  });

  test('all profiles of a push are stored or none', async () => {
    const bad = profile('a 1', { labels: { ['x'.repeat(2_000)]: '1' } });
    await expect(store.ingest(T, [profile('good 1'), bad])).rejects.toThrow(ProfileRefused);
    expect(await folded()).toEqual([]);
  });

  test('a profile without values stores nothing', async () => {
    await store.ingest(T, [profile('a 0'), profile('')]);
    expect(store.stats(T).dataIngested).toBe(false);
  });
});

describe('files', () => {
  test('what is stored is there after closing and opening', async () => {
    await store.ingest(T, [profile('model=clip main;work 3\nmain 1')]);
    await store.close();
    await open();
    expect(await folded()).toEqual(['main 1', 'main;work 3']);
    await store.ingest(T, [profile('main;work 4\nmain;more 1', { ms: HOUR + 9 })]);
    await store.close();
    await open();
    expect(await folded()).toEqual(['main 1', 'main;more 1', 'main;work 7']);
    expect(await folded('{model="clip"}')).toEqual(['main;work 3']);
  });

  /** Changes the store's only file while the store is closed. */
  async function changeFile(sql: string): Promise<string> {
    await store.ingest(T, [profile('a 1')]);
    await store.close();
    const name = (await readdir(directory)).find((file) => file.endsWith('.duckdb'))!;
    const instance = await DuckDBInstance.create(join(directory, name));
    const connection = await instance.connect();
    await connection.run(sql);
    connection.closeSync();
    instance.closeSync();
    return join(directory, name);
  }

  test.each([
    ['newer', 'UPDATE format SET version = 99', /has the format 99; this version reads format 1/],
    ['older', 'UPDATE format SET version = 0', /has the format 0; this version reads format 1/],
    ['unknown', 'DROP TABLE format', /has the format of something else; this version reads/],
  ])('a file of a format that is %s is refused with a sentence', async (_, sql, message) => {
    const file = await changeFile(sql);
    const refused = ProfileStore.open({ directory });
    await expect(refused).rejects.toThrow(UnusableDataDirectory);
    await expect(refused).rejects.toThrow(message);
    await rm(file);
    await open();
  });

  test('a file with the table of pins that the first files of this format had', async () => {
    await changeFile(
      'CREATE TABLE pin(id INTEGER, tenant VARCHAR, from_ms BIGINT, to_ms BIGINT, note VARCHAR)',
    );
    await open();
    expect(await folded()).toEqual(['a 1']);
    await store.ingest(T, [profile('a 2')]);
    expect(await folded()).toEqual(['a 3']);
  });

  test('a file that is damaged is left aside', async () => {
    await store.ingest(T, [profile('a 1')]);
    await store.close();
    await writeFile(join(directory, '20261122T0000-0.duckdb'), 'not a database');
    const messages: string[] = [];
    await open({ log: (message) => messages.push(message) });
    expect(await folded()).toEqual(['a 1']);
    expect(messages.join()).toContain('20261122T0000-0.duckdb cannot be read and is left aside');
  });

  test('a directory that cannot be made', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(ProfileStore.open({ directory: join(directory, 'file', 'sub') })).rejects.toThrow(
      /cannot be made .* Set DATA_DIR/,
    );
  });
});

test('neither the order nor the batching of pushes changes a total', async () => {
  const line = fc.tuple(
    fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }),
    fc.integer({ min: 0, max: 1_000 }),
  );
  const profiles = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
  let tenant = 0;
  await fc.assert(
    fc.asyncProperty(profiles, async (drawn) => {
      const texts = drawn.map((lines) =>
        lines.map(([stack, value]) => `${stack.join(';')} ${value}`).join('\n'),
      );
      const [together, apart, reversed] = [`t${tenant++}`, `t${tenant++}`, `t${tenant++}`];
      await store.ingest(
        together,
        texts.map((text) => profile(text)),
      );
      await Promise.all(texts.map((text) => store.ingest(apart, [profile(text)])));
      for (const text of texts.toReversed()) await store.ingest(reversed, [profile(text)]);
      const expected = await folded('', { tenant: together });
      expect(await folded('', { tenant: apart })).toEqual(expected);
      expect(await folded('', { tenant: reversed })).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});
