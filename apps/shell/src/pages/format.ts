/** A duration as a person reads it: `4.2 ms`, `1.3 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} min`;
}

/** Megabytes with a thousands separator. */
export function mb(value: number): string {
  return `${Math.round(value).toLocaleString('en')} MB`;
}

/** Bytes as megabytes of a million: `12.3 MB`. */
export function bytesAsMb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A share of 0 to 1: `7.4%`, `0%`, `100%`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${Number.isInteger(value) ? value : value.toFixed(1)}%`;
}
