import { describe, expect, it } from 'vitest';
import { parseTime } from './time.ts';
import { formatRate, formatShare, formatValue } from './units.ts';

describe('values', () => {
  it.each([
    [0, 'nanoseconds', '0 s'],
    [999, 'nanoseconds', '999 ns'],
    [1_234_567, 'nanoseconds', '1.23 ms'],
    [999_999_999, 'nanoseconds', '1 s'],
    [90e9, 'nanoseconds', '1.5 min'],
    [7_200e9, 'nanoseconds', '2 h'],
    [-1.5e9, 'nanoseconds', '-1.5 s'],
    [1_500, 'milliseconds', '1.5 s'],
    [1_048_576, 'bytes', '1 MiB'],
    [500, 'bytes', '500 B'],
    [0.5, 'bytes', '0.5 B'],
    [12_345, 'count', '12.3 k'],
    [7, 'count', '7'],
    [0, 'count', '0'],
  ])('%d %s is %s', (value, unit, expected) => {
    expect(formatValue(value, unit)).toBe(expected);
  });

  it('over time are rates: CPU time in cores', () => {
    expect(formatRate(7.5e9, 'nanoseconds', 15)).toBe('0.5 cores');
    expect(formatRate(30 * 1024, 'bytes', 15)).toBe('2 KiB/s');
    expect(formatRate(30, 'count', 0)).toBe('0/s');
  });

  it.each([
    [0, '0.00%'],
    [1, '100.0%'],
    [0.123, '12.3%'],
    [0.0123, '1.23%'],
    [0.00001, '<0.01%'],
    [Number.NaN, '0%'],
  ])('share %d is %s', (share, expected) => {
    expect(formatShare(share)).toBe(expected);
  });
});

describe('times', () => {
  const now = Date.UTC(2026, 10, 23, 1, 30);

  it.each([
    ['now', now],
    ['now-1h', now - 3_600_000],
    ['now-7d', now - 604_800_000],
    ['now+5m', now + 300_000],
    ['1795397400000', 1_795_397_400_000],
    ['2026-11-23T01:30:00Z', now],
    ['2026-11-23T01:30:00.000Z', now],
    ['2026-11-23', Date.UTC(2026, 10, 23)],
  ])('%s', (text, expected) => {
    expect(parseTime(text, now)).toBe(expected);
  });

  it.each(['', 'yesterday', 'now-1y', 'now-', '-5', '1e3', '2026-13-45', '179539740000000000'])(
    'refuses %j',
    (text) => {
      expect(parseTime(text, now)).toBeUndefined();
    },
  );
});
