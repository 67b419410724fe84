import { type UnixMs } from '@hsi/profile-model';
import { PyroscopeError } from '@hsi/pyroscope-api';
import { formatDuration } from './time-range.ts';

/** How often profilers look at a thread: 100 times a second is what the SDKs do. */
const SAMPLING_MS = 10;

/** Length of the span in milliseconds as the address gives it, in microseconds as Jaeger writes it. */
export function spanDuration(search: string): number | undefined {
  const text = new URLSearchParams(search).get('durUs');
  return text !== null && /^\d{1,17}$/.test(text) ? Number(text) / 1000 : undefined;
}

/** Profilers push every 10 to 15 seconds; twice that, and a span's samples have surely come. */
const ARRIVAL_MS = 30_000;

/** True while the samples of a span that ended at `end` may still be on their way. */
export function mayStillArrive(end: UnixMs, now: UnixMs): boolean {
  return now - end < ARRIVAL_MS;
}

/** The first reason while {@link mayStillArrive} holds. */
export const ON_THE_WAY =
  'The span has just ended, and profiles arrive every 10 to 15 seconds: the page asks again by itself.';

/** Why a span may have no samples, most likely first, as sentences. */
export function emptySpanReasons(duration: number | undefined, error: Error | undefined): string[] {
  if (error instanceof PyroscopeError && error.code === 'unimplemented') {
    return ['This profile server cannot select the samples of a span.'];
  }
  const labelled =
    'The service may not label its samples with span ids, or the span waited instead of using a processor.';
  if (duration === undefined) {
    return [
      `The span may be shorter than the time between two samples (${SAMPLING_MS} ms).`,
      labelled,
    ];
  }
  if (duration < SAMPLING_MS) {
    return [
      `The span lasted ${formatDuration(duration)}, less than the ${SAMPLING_MS} ms between two samples.`,
      labelled,
    ];
  }
  return [
    `The span lasted ${formatDuration(duration)}, long enough to be sampled (every ${SAMPLING_MS} ms), so its length is not the reason.`,
    labelled,
  ];
}
