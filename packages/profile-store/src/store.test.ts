import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProfileRefused } from './errors.ts';
import { DEFAULT_STORE_LIMITS } from './incoming.ts';
import { HOUR, profile } from './testing/profiles.ts';
import { useTemporaryStore } from './testing/temporary-store.ts';

const T = 'anonymous';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = useTemporaryStore();

test('what is too far ahead of the clock is refused, what is old is not', async () => {
  await at.reopen({ aheadMs: HOUR_MS });
  const refused = at.store.ingest(T, [
    profile('a 1'),
    profile('b 1', { ms: at.now + HOUR_MS + 1 }),
  ]);
  await expect(refused).rejects.toMatchObject({ reason: 'too_far_ahead' });
  await expect(refused).rejects.toThrow(
    /is of 2026-11-23T03:00:00.001Z and it is 2026-11-23T02:00:00.000Z here/,
  );
  expect(at.store.stats(T).dataIngested).toBe(false);
  await at.store.ingest(T, [
    profile('a 1', { ms: at.now + HOUR_MS }),
    profile('b 2', { ms: HOUR - 10 * 365 * DAY_MS }),
  ]);
  expect(await at.folded('', { from: 0 })).toEqual(['a 1', 'b 2']);
});

test('an export has every stored profile once, with spans and times', async () => {
  const pushed = Array.from({ length: 25 }, (_, index) =>
    profile(`model=m${index % 2} main;work ${index + 1}\nspan=00f067aa0ba902b7 main 7`, {
      ms: HOUR + index * 5 * 3_600_000,
    }),
  );
  await at.store.ingest(T, pushed);
  await at.store.ingest('another', [profile('not ours 1')]);
  const ids: string[] = [];
  let [sum, spans] = [0, 0];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const page = await at.store.exportPage(T, cursor, 7);
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
    await at.reopen({
      limits: {
        ...DEFAULT_STORE_LIMITS,
        labelsPerSeries: 2,
        seriesPerTenant: 2,
        labelValueLength: 10,
      },
    });
    await at.store.ingest(T, [profile('a 1')]);
    const refusal = (incoming: ReturnType<typeof profile>) =>
      at.store.ingest(T, [incoming]).catch((error: unknown) => error);
    expect(await refusal(profile('a 1', { labels: { x: '1', y: '2' } }))).toMatchObject({
      reason: 'labels_per_series',
    });
    expect(await refusal(profile('a 1', { labels: { x: 'longer than ten' } }))).toMatchObject({
      reason: 'label_length',
    });
    expect(await refusal(profile('x=1 a 1\nx=2 a 1'))).toMatchObject({
      reason: 'series_per_tenant',
    });
    expect(await at.folded()).toEqual(['a 1']);
    await at.store.ingest(T, [profile('x=1 a 1')]);
    await at.store.ingest('another', [profile('a 1')]);
    expect(await refusal(profile('x=3 a 1'))).toBeInstanceOf(ProfileRefused);
  });

  test('all profiles of a push are stored or none', async () => {
    const bad = profile('a 1', { labels: { ['x'.repeat(2_000)]: '1' } });
    await expect(at.store.ingest(T, [profile('good 1'), bad])).rejects.toThrow(ProfileRefused);
    expect(await at.folded()).toEqual([]);
  });

  test('a profile without values stores nothing', async () => {
    await at.store.ingest(T, [profile('a 0'), profile('')]);
    expect(at.store.stats(T).dataIngested).toBe(false);
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
      await at.store.ingest(
        together,
        texts.map((text) => profile(text)),
      );
      await Promise.all(texts.map((text) => at.store.ingest(apart, [profile(text)])));
      for (const text of texts.toReversed()) await at.store.ingest(reversed, [profile(text)]);
      const expected = await at.folded('', { tenant: together });
      expect(await at.folded('', { tenant: apart })).toEqual(expected);
      expect(await at.folded('', { tenant: reversed })).toEqual(expected);
    }),
    { numRuns: 15 },
  );
});
