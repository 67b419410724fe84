import { describe, expect, it } from 'vitest';
import { pageTime } from './grafana-time.ts';

// A Wednesday, by the machine's own calendar.
const NOW = new Date(2026, 3, 15, 10, 30, 20).getTime();

describe("Grafana's time on the page", () => {
  it.each(['now', 'now-6h', '1700000000000', '2026-04-15T08:00:00.000Z'])('keeps %s', (text) => {
    expect(pageTime(text, NOW, 'start')).toBe(text);
  });

  it.each([
    ['now-2M', 'now-60d'],
    ['now-1y', 'now-365d'],
    ['now+1y', 'now+365d'],
  ])('writes %s in days: %s', (text, expected) => {
    expect(pageTime(text, NOW, 'start')).toBe(expected);
  });

  it.each<[string, Date, Date]>([
    ['now/h', new Date(2026, 3, 15, 10), new Date(2026, 3, 15, 11)],
    ['now/d', new Date(2026, 3, 15), new Date(2026, 3, 16)],
    ['now-1d/d', new Date(2026, 3, 14), new Date(2026, 3, 15)],
    ['now/w', new Date(2026, 3, 13), new Date(2026, 3, 20)],
    ['now/M', new Date(2026, 3, 1), new Date(2026, 4, 1)],
    ['now/y', new Date(2026, 0, 1), new Date(2027, 0, 1)],
  ])('takes %s for the moment it stands for', (text, start, next) => {
    expect(pageTime(text, NOW, 'start')).toBe(String(start.getTime()));
    expect(pageTime(text, NOW, 'end')).toBe(String(next.getTime() - 1));
  });

  it.each(['now/fQ', 'now-1d+1h', 'soon', ''])('does not know %s', (text) => {
    expect(pageTime(text, NOW, 'start')).toBeUndefined();
  });
});
