import { type PyroscopeClient } from '@hsi/pyroscope-api';

/** The questions that the native view asks a profile server. */
export type ProfileSource = Pick<
  PyroscopeClient,
  | 'series'
  | 'labelNames'
  | 'labelValues'
  | 'selectMergeStacktraces'
  | 'selectMergeSpanProfile'
  | 'selectSeries'
>;
