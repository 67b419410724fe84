import { type LabelSet, type ProfileTables } from '@hsi/profile-model';

/** One profile to store. */
export interface IncomingProfile {
  /** Name of its profile types, e.g. `process_cpu`. */
  readonly name: string;
  /** Labels of all its series, `service_name` among them. */
  readonly labels: LabelSet;
  /** Nanoseconds since 1970. */
  readonly timeNanos: bigint;
  readonly tables: ProfileTables;
}

/** What one profile and one label set may hold. */
export interface StoreLimits {
  readonly labelsPerSeries: number;
  readonly labelNameLength: number;
  readonly labelValueLength: number;
  /** Series of one tenant in one stretch of time. */
  readonly seriesPerTenant: number;
}

export const DEFAULT_STORE_LIMITS: StoreLimits = {
  labelsPerSeries: 40,
  labelNameLength: 1_024,
  labelValueLength: 2_048,
  seriesPerTenant: 20_000,
};
