import { type TimeRange, type UnixMs, parseTime } from '@hsi/profile-model';

/** A range as the page's state writes it: `now-1h`, milliseconds or ISO 8601. */
export interface RangeText {
  readonly from: string;
  readonly to: string;
}

export interface RangePreset extends RangeText {
  readonly label: string;
}

export const DEFAULT_RANGE: RangeText = { from: 'now-1h', to: 'now' };

export const RANGE_PRESETS: readonly RangePreset[] = [
  { ...DEFAULT_RANGE, label: 'Last 1 hour' },
  { from: 'now-6h', to: 'now', label: 'Last 6 hours' },
  { from: 'now-24h', to: 'now', label: 'Last 24 hours' },
  { from: 'now-7d', to: 'now', label: 'Last 7 days' },
];

export interface ResolvedRange {
  readonly range: TimeRange;
  /** True when the range moves on with the time of day. */
  readonly relative: boolean;
  /** Why the default was taken instead of the text, as a sentence. */
  readonly problem?: string;
}

/** The range that the text means at `now`; the last hour, with the reason, when it means none. */
export function resolveRange(text: RangeText, now: UnixMs): ResolvedRange {
  const from = parseTime(text.from, now);
  const to = parseTime(text.to, now);
  if (from === undefined || to === undefined) {
    const bad = from === undefined ? text.from : text.to;
    return fallback(now, `"${bad}" is not a time. The last hour is shown.`);
  }
  if (from >= to) {
    return fallback(now, 'The range ends before it starts. The last hour is shown.');
  }
  return { range: { from, to }, relative: isRelative(text) };
}

function fallback(now: UnixMs, problem: string): ResolvedRange {
  return { range: resolveRange(DEFAULT_RANGE, now).range, relative: true, problem };
}

export function isRelative({ from, to }: RangeText): boolean {
  return from.startsWith('now') || to.startsWith('now');
}

/** Units of a relative range, by the letter that the address writes. */
export const RELATIVE_UNITS = { m: 'minutes', h: 'hours', d: 'days', w: 'weeks' } as const;
export type RelativeUnit = keyof typeof RELATIVE_UNITS;

/** A range as long as the text's that ends now, such as `now-30m`; undefined for any other. */
export function relativeLength({
  from,
  to,
}: RangeText): { amount: number; unit: RelativeUnit } | undefined {
  const [, amount, letter] = /^now-(\d{1,3})([mhdw])$/.exec(from) ?? [];
  const unit = Object.keys(RELATIVE_UNITS).find((one): one is RelativeUnit => one === letter);
  return to === 'now' && unit !== undefined ? { amount: Number(amount), unit } : undefined;
}

/** A range of fixed times. */
export function absoluteRange({ from, to }: TimeRange): RangeText {
  return { from: String(Math.round(from)), to: String(Math.round(to)) };
}

/** The range widened around its middle, `factor` times as long, not beyond `now`. */
export function zoomOut({ from, to }: TimeRange, factor: number, now: UnixMs): TimeRange {
  const add = ((to - from) * (factor - 1)) / 2;
  const end = Math.min(to + add, Math.max(now, to));
  return { from: Math.max(0, Math.round(from - add)), to: Math.round(end) };
}

/** Widths of a timeline's step in seconds. */
const STEPS = [
  15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800,
];
/** So few that a point is wide enough to hit, and that a step holds a push of every service. */
const MOST_POINTS = 96;

/** Width of a timeline's step for a range, in seconds. */
export function stepSeconds({ from, to }: TimeRange): number {
  const seconds = (to - from) / 1000;
  return STEPS.find((step) => seconds / step <= MOST_POINTS) ?? Math.ceil(seconds / MOST_POINTS);
}

/**
 * The times of a timeline's points: multiples of the step, so that they stay the same from one
 * refresh to the next. A point at t covers (t - step, t]; the last one may end after the range.
 */
export function timelinePoints({ from, to }: TimeRange, step: number): TimeRange {
  const ms = step * 1000;
  const first = Math.floor(from / ms) * ms + ms;
  return { from: first, to: Math.max(first, Math.ceil(to / ms) * ms) };
}

/** The time that the point at `time` covers. */
export function pointRange(time: UnixMs, step: number): TimeRange {
  return { from: time - step * 1000, to: time };
}

/** A length of time as people say it: `45 s`, `15 min`, `6 h`, `7 d`. */
export function formatDuration(ms: number): string {
  const units: [size: number, suffix: string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
    [1, 'ms'],
  ];
  for (const [size, suffix] of units) {
    if (ms >= size * 2 || (ms >= size && ms % size === 0)) {
      return `${Number((ms / size).toFixed(1))} ${suffix}`;
    }
  }
  return `${Number(ms.toFixed(3))} ms`;
}
