import {
  type Environment,
  readCount,
  readDuration,
  readPort,
  readSize,
  readText,
} from '@hsi/node-service';
import { DEFAULT_LIMITS, type DecodeLimits } from '@hsi/pprof-codec';
import { DEFAULT_STORE_LIMITS, type StoreLimits } from '@hsi/profile-store';
import { join } from 'node:path';

/** Every setting of the server; the README lists them. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Where the files are. */
  readonly directory: string;
  readonly retentionMs: number | undefined;
  readonly retentionBytes: number | undefined;
  /** How far ahead of the clock a profile may be, milliseconds. */
  readonly aheadMs: number | undefined;
  /** Bearer token that ingest requests need; undefined for none. */
  readonly ingestToken: string | undefined;
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Ingest requests that are under way at one time. */
  readonly concurrentIngests: number;
  /** How often roll-ups and retention are looked after, milliseconds. */
  readonly maintenanceMs: number;
  readonly decodeLimits: DecodeLimits;
  readonly storeLimits: StoreLimits;
}

/** @throws InvalidSetting */
export function readSettings(env: Environment): Settings {
  const retentionMs = readDuration(env, 'RETENTION', '15d');
  return {
    host: readText(env, 'HOST', '127.0.0.1'),
    port: readPort(env, 'PROFILE_SERVER_PORT', 4040),
    directory: join(readText(env, 'DATA_DIR', '.data'), 'profiles'),
    retentionMs,
    retentionBytes: readSize(env, 'RETENTION_SIZE', '2GB'),
    // What is far ahead would outlive every retention; where nothing is ever taken away it harms nobody.
    aheadMs: readDuration(env, 'INGEST_AHEAD_LIMIT', retentionMs === undefined ? 'off' : '1h'),
    ingestToken: readText(env, 'INGEST_TOKEN', '') || undefined,
    bodyBytes: readSize(env, 'INGEST_BODY_LIMIT', '16MB') ?? Number.MAX_SAFE_INTEGER,
    concurrentIngests: readCount(env, 'INGEST_CONCURRENCY', 1_000, 1),
    maintenanceMs: 1_000 * readCount(env, 'MAINTENANCE_SECONDS', 15, 1),
    decodeLimits: {
      inflatedBytes: readSize(env, 'INGEST_INFLATED_LIMIT', '32MB') ?? Number.MAX_SAFE_INTEGER,
      samples: readCount(env, 'INGEST_SAMPLES_LIMIT', DEFAULT_LIMITS.samples, 1),
      stackDepth: readCount(env, 'INGEST_DEPTH_LIMIT', DEFAULT_LIMITS.stackDepth, 1),
      stringBytes: readCount(env, 'INGEST_STRING_LIMIT', DEFAULT_LIMITS.stringBytes, 1),
      sampleLabels: DEFAULT_LIMITS.sampleLabels,
    },
    storeLimits: {
      ...DEFAULT_STORE_LIMITS,
      labelsPerSeries: readCount(env, 'LABELS_PER_SERIES', DEFAULT_STORE_LIMITS.labelsPerSeries, 1),
      seriesPerTenant: readCount(env, 'SERIES_PER_TENANT', DEFAULT_STORE_LIMITS.seriesPerTenant, 1),
    },
  };
}
