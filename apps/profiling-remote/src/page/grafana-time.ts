import { parseTime, type UnixMs } from '@hsi/profile-model';

/** Units that Grafana has and the page's address has not, in days. */
const LONG_UNITS: Readonly<Record<string, number>> = { M: 30, y: 365 };

/**
 * A time that Grafana wrote, in a form that the page's address can hold. Months and years become
 * days; a rounded time (`now/d`, "today") becomes the moment that it stands for, because the page
 * has no rounding. Undefined when the page cannot say it.
 *
 * @param edge Grafana rounds a range's start down and its end up
 */
export function pageTime(text: string, now: UnixMs, edge: 'start' | 'end'): string | undefined {
  if (parseTime(text, now) !== undefined) return text;
  const parts = /^now(?:([-+])(\d{1,4})([smhdwMy]))?(?:\/([hdwMy]))?$/.exec(text);
  if (!parts) return undefined;
  const [, sign = '-', amount = '0', unit = 's', rounding] = parts;
  const days = LONG_UNITS[unit];
  const plain =
    days === undefined
      ? `now${sign}${amount}${unit}`
      : `now${sign}${String(Number(amount) * days)}d`;
  if (rounding === undefined) return plain;
  const moment = parseTime(plain, now);
  return moment === undefined ? undefined : String(rounded(new Date(moment), rounding, edge));
}

/** The start of the unit that `date` lies in, by the browser's calendar, or its last millisecond. */
function rounded(date: Date, unit: string, edge: 'start' | 'end'): UnixMs {
  const step = edge === 'start' ? 0 : 1;
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  const at = {
    h: () => new Date(year, month, day, date.getHours() + step),
    d: () => new Date(year, month, day + step),
    w: () => new Date(year, month, day - ((date.getDay() + 6) % 7) + 7 * step),
    M: () => new Date(year, month + step),
    y: () => new Date(year + step, 0),
  }[unit];
  return (at?.() ?? date).getTime() - step;
}
