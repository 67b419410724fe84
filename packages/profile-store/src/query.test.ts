import { foldedFromTree } from '@hsi/test-kit';
import { describe, expect, test } from 'vitest';
import { InvalidMatcher } from './errors.ts';
import { CPU, HOUR, profile, selection } from './testing/profiles.ts';
import { useTemporaryStore } from './testing/temporary-store.ts';

const T = 'anonymous';
const MINUTE = 60_000;
const at = useTemporaryStore();

describe('stack traces', () => {
  test('of several profiles are merged', async () => {
    await at.store.ingest(T, [
      profile('main;work 3\nmain 1'),
      profile('main;work 4', { ms: HOUR + 5 }),
    ]);
    await at.store.ingest(T, [profile('main;idle 2', { ms: HOUR + 9 })]);
    expect(await at.folded()).toEqual(['main 1', 'main;idle 2', 'main;work 7']);
  });

  test('both ends of a range belong to it', async () => {
    await at.store.ingest(T, [
      profile('a 1', { ms: HOUR }),
      profile('b 2', { ms: HOUR + 1 }),
      profile('c 4', { ms: HOUR + 2 }),
    ]);
    expect(await at.folded('', { from: HOUR, to: HOUR + 1 })).toEqual(['a 1', 'b 2']);
    expect(await at.folded('', { from: HOUR + 2, to: HOUR + 2 })).toEqual(['c 4']);
    expect(await at.folded('', { from: HOUR + 3, to: HOUR + 9 })).toEqual([]);
  });

  test('of two days, which are two files', async () => {
    await at.store.ingest(T, [profile('a 1'), profile('a;b 2', { ms: HOUR + 86_400_000 })]);
    expect(await at.files()).toHaveLength(2);
    expect(await at.folded()).toEqual(['a 1', 'a;b 2']);
  });

  test('values beyond 2^53 stay exact', async () => {
    await at.store.ingest(T, [profile(`a ${2n ** 60n + 1n}\nb 3`), profile(`a ${2n ** 60n}`)]);
    const tree = await at.store.mergeTree(selection());
    expect([...tree.exact!.total]).toEqual([2n ** 61n + 4n, 2n ** 61n + 1n, 3n]);
  });

  test('sums beyond 2^63 stay at the greatest value', async () => {
    const huge = profile(`a ${2n ** 63n - 1n}`);
    await at.store.ingest(T, [huge, huge]);
    const tree = await at.store.mergeTree(selection());
    expect(tree.exact!.total[0]).toBe(2n ** 63n - 1n);
  });

  test('of a span', async () => {
    const [one, two] = ['00f067aa0ba902b7', 'fffffffffffffff0'];
    await at.store.ingest(T, [profile(`span=${one} a 1\nspan=${two} a;b 2\na 4`)]);
    expect(await at.folded()).toEqual(['a 5', 'a;b 2']);
    const spans = async (...ids: string[]) =>
      foldedFromTree(await at.store.mergeTree(selection(), ids));
    expect(await spans(one!)).toEqual(['a 1']);
    expect(await spans(two!)).toEqual(['a;b 2']);
    expect(await spans(one!, two!)).toEqual(['a 1', 'a;b 2']);
    expect(await spans('0000000000000001')).toEqual([]);
    const ofOne = await at.store.mergeProfile(selection(), [one!]);
    expect([...ofOne.samples.values]).toEqual([1]);
  });

  test('as one profile with files and lines', async () => {
    await at.store.ingest(T, [profile('main;work 3')]);
    const { samples, frames, strings } = await at.store.mergeProfile(selection());
    expect([...samples.values]).toEqual([3]);
    expect([...frames.name].map((name) => strings[name])).toEqual(['main', 'work']);
    expect([...frames.file].map((file) => strings[file])).toEqual(['main.ts', 'work.ts']);
    expect([...frames.line]).toEqual([7, 7]);
  });
});

describe('series', () => {
  test('sample labels make series of their own', async () => {
    await at.store.ingest(T, [profile('model=clip a 1\nmodel=yolo a 2\na 4')]);
    expect(await at.folded('{model="clip"}')).toEqual(['a 1']);
    expect(await at.folded('{model=""}')).toEqual(['a 4']);
    expect(await at.folded()).toEqual(['a 7']);
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
    await at.store.ingest(T, [
      profile('model=clip a 2\na 1'),
      profile('a 4', { service: 'detector' }),
    ]);
    expect((await at.store.mergeTree(selection(selector))).total[0]).toBe(total);
  });

  test('a dot is one character, however it is stored', async () => {
    await at.store.ingest(T, [profile('x 1', { labels: { name: 'a\u{1f525}b' } })]);
    expect(await at.folded('{name=~"a.b"}')).toEqual(['x 1']);
  });

  test('a pattern that would take for ever is no matter', async () => {
    const value = 'a'.repeat(2_000);
    await at.store.ingest(T, [profile('x 1', { labels: { name: value } })]);
    expect(await at.folded('{name=~"(a+)+b"}')).toEqual([]);
    expect(await at.folded('{name=~"(a+)+"}')).toEqual(['x 1']);
  });

  test('a pattern that does not compile', async () => {
    await expect(at.folded('{service_name=~"("}')).rejects.toThrow(InvalidMatcher);
  });

  test('names, values and label sets', async () => {
    await at.store.ingest(T, [profile('model=clip a 1\na 1', { labels: { zone: 'x' } })]);
    await at.store.ingest(T, [profile('a 1', { service: 'detector', ms: HOUR + 2 * MINUTE })]);
    const all = { tenant: T, matchers: [], from: HOUR, to: HOUR + 5 * MINUTE };
    expect(await at.store.labelNames(all)).toEqual([
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
    expect(await at.store.labelValues(all, 'service_name')).toEqual(['backend', 'detector']);
    expect(await at.store.labelValues({ ...all, from: HOUR + 1 }, 'service_name')).toEqual([
      'detector',
    ]);
    expect(await at.store.series(all, ['service_name', 'model'])).toEqual([
      { model: 'clip', service_name: 'backend' },
      { service_name: 'backend' },
      { service_name: 'detector' },
    ]);
    expect((await at.store.profileTypes(T, all)).map(({ id }) => id)).toEqual([CPU]);
  });

  test('label sets of a name that only some series have', async () => {
    await at.store.ingest(T, [profile('model=clip a 1\na 1')]);
    await at.store.ingest(T, [profile('a 1', { service: 'detector' })]);
    const all = { tenant: T, matchers: [], from: HOUR, to: HOUR + MINUTE };
    expect(await at.store.series(all, ['model'])).toEqual([{}, { model: 'clip' }]);
    expect(await at.store.series(all, ['absent'])).toEqual([]);
  });

  test('a profile type that nobody can ask for hides no other', async () => {
    await at.store.ingest(T, [profile('a 1'), { ...profile('a 1'), name: 'odd:name' }]);
    const types = await at.store.profileTypes(T, { from: 0, to: HOUR });
    expect(types.map(({ id }) => id)).toEqual([CPU]);
  });

  test('a series that has nothing within the range is not listed', async () => {
    await at.store.ingest(T, [profile('a 1'), profile('a 1', { ms: HOUR + 60 * MINUTE })]);
    const within = { tenant: T, matchers: [], from: HOUR + MINUTE, to: HOUR + 2 * MINUTE };
    expect(await at.store.labelValues(within, 'service_name')).toEqual([]);
    expect(
      await at.store.labelValues({ ...within, to: HOUR + 60 * MINUTE }, 'service_name'),
    ).toEqual(['backend']);
  });

  test('points cover the step before them', async () => {
    const point = (second: number, value: number) =>
      profile(`a ${value}`, { ms: HOUR + second * 1_000 });
    await at.store.ingest(T, [point(0, 1), point(1, 2), point(10, 4), point(11, 8), point(15, 16)]);
    const options = { firstPoint: HOUR, stepMs: 10_000, groupBy: [], limit: 0 } as const;
    const sums = await at.store.pointSeries(selection(), { ...options, aggregation: 'sum' });
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
    const averages = await at.store.pointSeries(selection(), {
      ...options,
      aggregation: 'average',
    });
    expect(averages[0]!.points.map(({ value }) => value)).toEqual([1, 3, 12]);
  });

  test('groups by label, the greatest first', async () => {
    await at.store.ingest(T, [profile('model=clip a 1\nmodel=yolo a 2\na 4')]);
    const grouped = (limit: number) =>
      at.store.pointSeries(selection(), {
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
  await at.store.ingest('one', [profile('secret 1', { service: 'one-service' })]);
  await at.store.ingest('two', [profile('other 2', { service: 'two-service' })]);
  expect(await at.folded('', { tenant: 'one' })).toEqual(['secret 1']);
  expect(await at.folded('', { tenant: 'two' })).toEqual(['other 2']);
  expect(await at.folded('', { tenant: 'three' })).toEqual([]);
  const all = { matchers: [], from: 0, to: HOUR * 2 };
  expect(await at.store.labelValues({ tenant: 'two', ...all }, 'service_name')).toEqual([
    'two-service',
  ]);
  expect(await at.store.labelNames({ tenant: 'three', ...all })).toEqual([]);
  expect(at.store.stats('one')).toEqual({ dataIngested: true, oldestMs: HOUR, newestMs: HOUR });
  expect(at.store.stats('three').dataIngested).toBe(false);
});
