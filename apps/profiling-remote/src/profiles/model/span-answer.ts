import { PyroscopeError } from '@hsi/pyroscope-api';
import { formatDuration } from './time-range.ts';

/** How often profilers look at a thread: 100 times a second is what the SDKs do. */
const SAMPLING_MS = 10;

/** Length of the span in milliseconds as the address gives it, in microseconds as Jaeger writes it. */
export function spanDuration(search: string): number | undefined {
  const text = new URLSearchParams(search).get('durUs');
  return text !== null && /^\d{1,17}$/.test(text) ? Number(text) / 1000 : undefined;
}

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
