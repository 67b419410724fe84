/** The unit of a profile type's values, as its id names it. */
export type SampleUnit = string;

const SECONDS: readonly [size: number, suffix: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
  [1e-3, 'ms'],
  [1e-6, 'µs'],
  [1e-9, 'ns'],
];
const BYTES: readonly [size: number, suffix: string][] = [
  [1024 ** 4, 'TiB'],
  [1024 ** 3, 'GiB'],
  [1024 ** 2, 'MiB'],
  [1024, 'KiB'],
  [1, 'B'],
];
const COUNTS: readonly [size: number, suffix: string][] = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
];
const PER_SECOND: Readonly<Record<string, number>> = {
  nanoseconds: 1e-9,
  microseconds: 1e-6,
  milliseconds: 1e-3,
  seconds: 1,
};

/** A value in its unit as a short text: `1.23 s`, `12.3 MiB`, `4.5 k`. */
export function formatValue(value: number, unit: SampleUnit): string {
  const seconds = PER_SECOND[unit];
  if (seconds !== undefined) return scaled(value * seconds, SECONDS, 's');
  if (unit === 'bytes') return scaled(value, BYTES, 'B');
  return scaled(value, COUNTS, '');
}

/**
 * A value collected over `seconds` as a rate: CPU time in cores, bytes and counts per second.
 * Not for snapshots.
 */
export function formatRate(value: number, unit: SampleUnit, seconds: number): string {
  const perSecond = seconds > 0 ? value / seconds : 0;
  const factor = PER_SECOND[unit];
  if (factor !== undefined) return `${threeDigits(perSecond * factor)} cores`;
  return `${formatValue(perSecond, unit)}/s`;
}

/** A share between 0 and 1 in percent, with two digits below 10%. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '0%';
  const percent = share * 100;
  if (percent !== 0 && Math.abs(percent) < 0.01) return '<0.01%';
  return `${percent.toFixed(Math.abs(percent) < 10 ? 2 : 1)}%`;
}

function scaled(
  value: number,
  steps: readonly [size: number, suffix: string][],
  zeroSuffix: string,
): string {
  if (value === 0 || !Number.isFinite(value)) return join('0', zeroSuffix);
  const size = Math.abs(value);
  const [step, suffix] = steps.find(([least]) => size >= least * 0.9995) ?? steps.at(-1)!;
  return join(threeDigits(value / step), suffix);
}

function join(digits: string, suffix: string): string {
  return suffix === '' ? digits : `${digits} ${suffix}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}
