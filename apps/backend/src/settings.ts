import { fileURLToPath } from 'node:url';
import {
  type Environment,
  readCount,
  readPort,
  readSize,
  readText,
  readUrl,
} from '@hsi/node-service';
import manifest from '../package.json' with { type: 'json' };

/** Everything that the environment decides. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Folder of the audit log and the events. */
  readonly dataDir: string;
  readonly environment: string;
  readonly version: string;
  readonly grafanaUrl: string;
  readonly grafanaUpstream: string | undefined;
  readonly pyroscopeUrl: string;
  readonly isPyroscopeExternal: boolean;
  /** Undefined: not profiled. */
  readonly ingestUrl: string | undefined;
  readonly jaegerUrl: string | undefined;
  /** Undefined: no traces are sent. */
  readonly otlpEndpoint: string | undefined;
  readonly isDemo: boolean;
  /** Lets callers write that are no page of the same origin. */
  readonly token: string | undefined;
  readonly modelPath: string;
  readonly budgetMb: number;
  readonly threads: number;
  /** Bytes that a request's body may have. The gateway has a limit of its own. */
  readonly imageBytes: number;
  readonly imagePixels: number;
  readonly logLevel: string;
}

/** The generated models lie beside the bundle; from the sources they are where the build puts them. */
export const DEMO_MODELS = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../dist/demo-models/' : './demo-models/',
    import.meta.url,
  ),
);

const MEGAPIXEL = 1_000_000;

/** @throws InvalidSetting */
export function readSettings(env: Environment): Settings {
  const upstream = readUrl(env, 'PYROSCOPE_UPSTREAM');
  const profileServer = `http://localhost:${readPort(env, 'PROFILE_SERVER_PORT', 4040)}`;
  return {
    host: readText(env, 'HOST', '127.0.0.1'),
    port: readPort(env, 'BACKEND_PORT', 8000),
    dataDir: `${readText(env, 'DATA_DIR', '.data')}/backend`,
    environment: readText(env, 'ENVIRONMENT', 'development'),
    version: readText(env, 'VERSION', manifest.version),
    grafanaUrl: readText(env, 'GRAFANA_URL', '/grafana'),
    grafanaUpstream: readUrl(env, 'GRAFANA_UPSTREAM'),
    pyroscopeUrl: readUrl(env, 'PYROSCOPE_URL') ?? upstream ?? profileServer,
    isPyroscopeExternal: upstream !== undefined,
    ingestUrl: readUrl(env, 'PYROSCOPE_INGEST_URL'),
    jaegerUrl: readUrl(env, 'JAEGER_URL'),
    otlpEndpoint: readUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    isDemo: readText(env, 'HSI_DEMO', '') === '1',
    token: readText(env, 'BACKEND_TOKEN', '') || undefined,
    modelPath: readText(env, 'MODEL_ZOO_PATH', DEMO_MODELS),
    budgetMb: readCount(env, 'MODEL_ZOO_BUDGET_MB', 8_000),
    threads: readCount(env, 'MODEL_ZOO_THREADS', 1, 1),
    imageBytes: readSize(env, 'IMAGE_LIMIT', '8MB') ?? Number.MAX_SAFE_INTEGER,
    imagePixels: readCount(env, 'IMAGE_LIMIT_MEGAPIXELS', 16, 1) * MEGAPIXEL,
    logLevel: readText(env, 'LOG_LEVEL', 'info'),
  };
}
