import { describe, expect, it, test, vi } from 'vitest';
import {
  formatDuration,
  pointRange,
  relativeLength,
  resolveRange,
  stepSeconds,
  timelinePoints,
  zoomOut,
} from './time-range.ts';
import {
  formatClock,
  formatMoment,
  fromLocalInput,
  offsetText,
  rangeTitle,
  shortRangeTitle,
  toLocalInput,
} from './time-text.ts';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 7);
const HOUR = 3_600_000;
const last = (ms: number) => ({ from: NOW - ms, to: NOW });

describe('a range', () => {
  it('moves with the time of day when it is relative', () => {
    const text = { from: 'now-6h', to: 'now' };
    expect(resolveRange(text, NOW)).toEqual({ range: last(6 * HOUR), relative: true });
    expect(resolveRange(text, NOW + 5).range.to).toBe(NOW + 5);
  });

  it('stays when both ends are fixed', () => {
    const text = { from: '2026-11-23T10:00:00Z', to: String(NOW) };
    expect(resolveRange(text, NOW)).toEqual({
      range: { from: Date.UTC(2026, 10, 23, 10), to: NOW },
      relative: false,
    });
  });

  test.each([
    ['later', 'now', '"later" is not a time. The last hour is shown.'],
    ['now-1h', 'soon', '"soon" is not a time. The last hour is shown.'],
    ['now', 'now-1h', 'The range ends before it starts. The last hour is shown.'],
  ])('from %s to %s is the last hour, with the reason', (from, to, problem) => {
    expect(resolveRange({ from, to }, NOW)).toEqual({ range: last(HOUR), relative: true, problem });
  });

  it('widens around its middle, but not into the future', () => {
    expect(zoomOut({ from: 4 * HOUR, to: 6 * HOUR }, 3, NOW)).toEqual({
      from: 2 * HOUR,
      to: 8 * HOUR,
    });
    expect(zoomOut(last(HOUR), 3, NOW)).toEqual({ from: NOW - 2 * HOUR, to: NOW });
  });
});

describe('the steps of a timeline', () => {
  test.each([
    [5 * 60_000, 15],
    [HOUR, 60],
    [6 * HOUR, 300],
    [24 * HOUR, 900],
    [7 * 24 * HOUR, 7200],
    [20_000 * 24 * HOUR, 18_000_000],
  ])('a range of %i ms has steps of %i s', (ms, step) => {
    expect(stepSeconds(last(ms))).toBe(step);
  });

  it('end at multiples of the step, the last one at or after the end of the range', () => {
    expect(timelinePoints({ from: 60_000, to: 170_000 }, 60)).toEqual({
      from: 120_000,
      to: 180_000,
    });
    expect(timelinePoints({ from: 59_999, to: 120_000 }, 60)).toEqual({
      from: 60_000,
      to: 120_000,
    });
  });

  it('cover the time before their point', () => {
    expect(pointRange(120_000, 60)).toEqual({ from: 60_000, to: 120_000 });
  });
});

test.each([
  [0.5, '0.5 ms'],
  [1_500, '1500 ms'],
  [2_500, '2.5 s'],
  [60_000, '1 min'],
  [90_000, '90 s'],
  [900_000, '15 min'],
  [7 * 24 * HOUR, '7 d'],
  [24 * HOUR, '1 d'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

describe('times as text', () => {
  const format = { locale: 'en-GB', timeZone: 'Europe/Berlin' };

  it('have a date and seconds', () => {
    expect(formatMoment(NOW, format)).toBe('23 Nov 2026, 13:00:07');
    expect(formatClock(new Date(2026, 10, 23, 7, 0, 5).getTime())).toBe('07:00:05');
  });

  test.each([
    [-60, 'UTC+01:00'],
    [0, 'UTC'],
    [210, 'UTC-03:30'],
    [-345, 'UTC+05:45'],
  ])('say their zone where UTC is %i minutes from it', (minutes, text) => {
    vi.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(minutes);
    expect(offsetText(NOW)).toBe(text);
    vi.restoreAllMocks();
  });

  test.each([
    ['now-6h', 'now', 'Last 6 hours'],
    ['now-90m', 'now', 'Last 90 min'],
    ['now-2h', 'now-1h', 'now-2h to now-1h'],
    ['2026-11-23T10:00:00Z', '2026-11-23T11:30:00Z', '23 Nov 2026, 11:00:00 – 12:30:00'],
    [
      '2026-11-22T10:00:00Z',
      '2026-11-23T11:30:00Z',
      '22 Nov 2026, 11:00:00 – 23 Nov 2026, 12:30:00',
    ],
  ])('the range from %s to %s reads %s', (from, to, title) => {
    const text = { from, to };
    expect(rangeTitle(text, resolveRange(text, NOW).range, format)).toBe(title);
  });

  it('come back from the field that they are edited in', () => {
    expect(fromLocalInput(toLocalInput(NOW))).toBe(NOW);
    expect(fromLocalInput('')).toBeUndefined();
    expect(fromLocalInput('yesterday')).toBeUndefined();
  });
});

describe('a range in little room', () => {
  const format = { locale: 'en-US', timeZone: 'UTC' };
  const at = (...[hour, minute, second = 0]: number[]) =>
    Date.UTC(2026, 10, 23, hour, minute, second);
  it.each([
    [at(10, 14, 15), at(10, 14, 30), '10:14:15 – 10:14:30'],
    [at(10, 14), at(11, 44), 'Nov 23, 10:14 – 11:44'],
    [at(-1, 14), at(0, 44), 'Nov 22, 23:14 – Nov 23, 00:44'],
  ])('from %d to %d reads %s', (from, to, title) => {
    expect(shortRangeTitle({ from: `${from}`, to: `${to}` }, { from, to }, format)).toBe(title);
  });

  it('that moves reads as it does elsewhere, its fixed end as a time', () => {
    const range = { from: at(8, 0), to: NOW };
    const title = 'Nov 23, 2026, 08:00:00 to now';
    for (const titleOf of [rangeTitle, shortRangeTitle]) {
      expect(titleOf({ from: `${at(8, 0)}`, to: 'now' }, range, format)).toBe(title);
    }
  });
});

test('a length that ends now is read from its text', () => {
  expect(relativeLength({ from: 'now-90m', to: 'now' })).toEqual({ amount: 90, unit: 'm' });
  expect(relativeLength({ from: 'now-90m', to: 'now-5m' })).toBeUndefined();
  expect(relativeLength({ from: '5', to: 'now' })).toBeUndefined();
});
