/** Milliseconds since 1970, UTC. */
export type UnixMs = number;

/** A stretch of time, `from` before `to`. */
export interface TimeRange {
  readonly from: UnixMs;
  readonly to: UnixMs;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads a point in time: `now`, `now-6h`, milliseconds since 1970, or ISO 8601. Undefined when the
 * text is none of these or lies outside the years 1970 to 9999.
 */
export function parseTime(text: string, now: UnixMs): UnixMs | undefined {
  const relative = /^now(?:([-+])(\d{1,6})([smhdw]))?$/.exec(text);
  if (relative) {
    const [, sign, amount = '0', unit = 's'] = relative;
    return now + (sign === '-' ? -1 : 1) * Number(amount) * UNIT_MS[unit]!;
  }
  if (/^\d{1,14}$/.test(text)) return Number(text);
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[-+]\d{2}:?\d{2})?)?$/.test(text)) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) || ms < 0 ? undefined : ms;
  }
  return undefined;
}
