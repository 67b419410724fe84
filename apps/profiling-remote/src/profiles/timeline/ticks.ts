import { type TimeFormat } from '../model/time-text.ts';

/** Labels of the time axis, by default in the person's own zone and language; a day is named where it begins. */
export function tickLabels(
  seconds: readonly number[],
  increment: number,
  { locale, timeZone }: TimeFormat = {},
): string[] {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    ...(increment < 60 ? { second: '2-digit' as const } : {}),
    hourCycle: 'h23',
  });
  const day = new Intl.DateTimeFormat(locale, { timeZone, month: 'short', day: 'numeric' });
  let before = '';
  return seconds.map((at) => {
    const date = new Date(at * 1000);
    const today = day.format(date);
    const isNew = before !== '' && today !== before;
    before = today;
    if (increment >= 86_400) return today;
    return isNew ? `${clock.format(date)}\n${today}` : clock.format(date);
  });
}

/** Distances between the marks of an axis of bytes: powers of two, so that they are round in KiB. */
export const BYTE_INCREMENTS: readonly number[] = Array.from(
  { length: 50 },
  (_, power) => 2 ** power,
);
