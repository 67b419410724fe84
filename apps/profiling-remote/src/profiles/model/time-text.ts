import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { RANGE_PRESETS, type RangeText, formatDuration, isRelative } from './time-range.ts';

/** How times are written: undefined locale and zone are the person's own. */
export interface TimeFormat {
  readonly locale?: string | undefined;
  readonly timeZone?: string | undefined;
}

/**
 * `UTC+01:00`: how far the person's clock is from UTC. Without `Intl`, whose first use takes as long
 * as drawing four flame graphs.
 */
export function offsetText(at: UnixMs): string {
  const minutes = -new Date(at).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const ahead = Math.abs(minutes);
  return `UTC${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
}

/** `Europe/Berlin`: the zone that every time on the page is in. */
export function timeZoneName(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A moment with its date and seconds. */
export function formatMoment(at: UnixMs, format: TimeFormat = {}): string {
  return new Intl.DateTimeFormat(format.locale, {
    timeZone: format.timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(at);
}

/** The clock alone, with seconds, in the person's own zone. */
export function formatClock(at: UnixMs): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
}

function clockIn(at: UnixMs, format: TimeFormat): string {
  return new Intl.DateTimeFormat(format.locale, {
    timeZone: format.timeZone,
    timeStyle: 'medium',
    hourCycle: 'h23',
  }).format(at);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `Last 6 hours`, or the two times of an absolute range. */
export function rangeTitle(text: RangeText, range: TimeRange, format: TimeFormat = {}): string {
  const preset = RANGE_PRESETS.find(({ from, to }) => from === text.from && to === text.to);
  if (preset !== undefined) return preset.label;
  const relative = /^now-(\d+)([smhdw])$/.exec(text.from);
  if (relative !== null && text.to === 'now') {
    return `Last ${formatDuration(range.to - range.from)}`;
  }
  if (isRelative(text)) {
    const side = (written: string, at: UnixMs) =>
      written.startsWith('now') ? written : formatMoment(at, format);
    return `${side(text.from, range.from)} to ${side(text.to, range.to)}`;
  }
  const sameDay = dayOf(range.from, format) === dayOf(range.to, format);
  const end = sameDay ? clockIn(range.to, format) : formatMoment(range.to, format);
  return `${formatMoment(range.from, format)} – ${end}`;
}

/** Below this the seconds tell two times apart, and a clock alone is short enough to be read. */
const CLOCK_ONLY_MS = 600_000;

/** The two times of an absolute range where there is little room: `Nov 26, 00:14 – 00:44`. */
export function shortRangeTitle(
  text: RangeText,
  range: TimeRange,
  format: TimeFormat = {},
): string {
  if (isRelative(text)) return rangeTitle(text, range, format);
  const { from, to } = range;
  if (to - from < CLOCK_ONLY_MS) return `${clockIn(from, format)} – ${clockIn(to, format)}`;
  const zone = { timeZone: format.timeZone, hourCycle: 'h23' } as const;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { month: 'short', day: 'numeric' } as const;
  const isSameDay = dayOf(from, format) === dayOf(to, format);
  const start = new Intl.DateTimeFormat(format.locale, { ...zone, ...day, ...clock });
  const end = new Intl.DateTimeFormat(format.locale, { ...zone, ...clock });
  return `${start.format(from)} – ${(isSameDay ? end : start).format(to)}`;
}

function dayOf(at: UnixMs, format: TimeFormat): string {
  return new Intl.DateTimeFormat('en', { timeZone: format.timeZone, dateStyle: 'short' }).format(
    at,
  );
}

/** The moment as `<input type="datetime-local">` wants it, in the person's own zone. */
export function toLocalInput(at: UnixMs): string {
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Reads what {@link toLocalInput} writes; undefined for anything else. */
export function fromLocalInput(text: string): UnixMs | undefined {
  const ms = text === '' ? NaN : new Date(text).getTime();
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}
