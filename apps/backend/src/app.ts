import { type ConfigResponse, IMAGE_TYPES } from '@hsi/backend-api';
import { resolveGrafanaUrl } from '@hsi/grafana-url';
import { MODEL_ZOO_SERVICE, MODELS, SERVICES, type CatalogModel } from '@hsi/model-zoo-catalog';
import { withProfilingLabels } from '@hsi/profiler';
import Fastify, { type FastifyInstance, LogController } from 'fastify';
import { handleErrors } from './http/errors.ts';
import { openApiDocument } from './http/openapi.ts';
import { operations } from './http/operations.ts';
import { serve } from './http/routes.ts';
import { traceRequests } from './http/tracing.ts';
import { AuditLog } from './logs/audit-log.ts';
import { EventLog } from './logs/event-log.ts';
import { Metrics } from './metrics.ts';
import { type Settings } from './settings.ts';
import { currentSpan, type Telemetry } from './telemetry.ts';
import { readCpuTimes } from './zoo/cpu.ts';
import { fileLoader } from './zoo/file-loader.ts';
import { type LoadedModel } from './zoo/model-runner.ts';
import { ModelService } from './zoo/model-service.ts';
import { type Runtime } from './zoo/runtime.ts';
import { type ModelLoader, ModelZoo, type ZooEvent } from './zoo/zoo.ts';

export interface AppOptions {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
  readonly runtime: Runtime | { readonly reason: string };
  /** Parts that tests replace. */
  readonly catalog?: readonly CatalogModel[];
  readonly loader?: ModelLoader<LoadedModel>;
  readonly now?: () => number;
  readonly logTo?: { write(line: string): void };
}

/** The backend without a socket. `close()` frees every model and closes the logs. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { settings, telemetry, runtime, now = Date.now } = options;
  const app = Fastify({
    bodyLimit: settings.imageBytes,
    logger: {
      level: settings.logLevel,
      mixin: () => currentSpan() ?? {},
      ...(options.logTo === undefined ? {} : { stream: options.logTo }),
    },
    // One line per failure is enough; the page asks often.
    logController: new LogController({ disableRequestLogging: true }),
  });
  const warn = (message: string) => app.log.warn(message);
  const folder = settings.dataDir;
  const audit = new AuditLog({ folder, jaegerUrl: settings.jaegerUrl, warn });
  const events = new EventLog(folder, warn);
  const metrics = new Metrics();
  const underLabel = <T>(model: string, work: () => Promise<T>) =>
    withProfilingLabels({ model }, work);
  const zoo = new ModelZoo<LoadedModel>({
    catalog: options.catalog ?? MODELS,
    loader: options.loader ?? fileLoader({ runtime, modelPath: settings.modelPath }),
    budgetMb: settings.budgetMb,
    underLabel,
    now,
    onEvent: (event) => noteZooEvent(event, { app, audit, now }),
  });
  metrics.watch(() => ({ limitMb: zoo.budgetMb, usedMb: zoo.usedMb() }), readCpuTimes);
  const models = new ModelService({
    zoo,
    runtime,
    audit,
    metrics,
    tracer: telemetry.tracer,
    limits: { pixels: settings.imagePixels },
    cpuTimes: readCpuTimes,
    now,
    underLabel,
    log: (error, message) => app.log.error({ err: error }, message),
  });

  traceRequests(app, telemetry.tracer, metrics);
  handleErrors(app);
  app.addContentTypeParser([...IMAGE_TYPES], { parseAs: 'buffer' }, (_, body, done) =>
    done(null, body),
  );
  const { version, token } = settings;
  const config = configOf(settings, warn);
  const served = operations({ config, models, audit, events, metrics, token, version, now });
  serve(app, served);
  const document = openApiDocument(served, version);
  app.get('/api/openapi.json', () => document);
  app.get('/metrics', async (_, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  app.addHook('onReady', async () => {
    const text = `Backend ${version} started`;
    events.append({ kind: 'start', text, service: MODEL_ZOO_SERVICE, version }, now());
  });
  app.addHook('onClose', async () => {
    await zoo.close();
    audit.close();
    events.close();
  });
  return app;
}

function configOf(settings: Settings, warn: (message: string) => void): ConfigResponse {
  const { url, warning } = resolveGrafanaUrl(settings.grafanaUrl, { hostname: 'localhost' });
  if (warning !== undefined) warn(`GRAFANA_URL: ${warning}`);
  const isAbsolute = /^https?:/i.test(url);
  return {
    // The page resolves the host for itself; a refused address is not passed on.
    grafana_url: isAbsolute ? settings.grafanaUrl : url,
    pyroscope_url: settings.pyroscopeUrl,
    profiles_source: settings.isPyroscopeExternal ? 'external' : 'embedded',
    grafana_configured: isAbsolute || settings.grafanaUpstream !== undefined,
    ...(settings.jaegerUrl === undefined ? {} : { jaeger_url: settings.jaegerUrl }),
    environment: settings.environment,
    version: settings.version,
    ...(settings.isDemo
      ? {
          demo: {
            services: SERVICES.map(({ serviceName }) => serviceName).filter(
              (name) => name !== MODEL_ZOO_SERVICE,
            ),
            cpu_share: DEMO_CPU_SHARE,
          },
        }
      : {}),
  };
}

/** Share of one core that all demo work together stays below. */
const DEMO_CPU_SHARE = 0.25;

function noteZooEvent(
  event: ZooEvent,
  { app, audit, now }: { app: FastifyInstance; audit: AuditLog; now: () => number },
): void {
  const { model } = event;
  switch (event.type) {
    case 'evicted': {
      const ids = currentSpan() ?? { trace_id: '0'.repeat(32), span_id: '0'.repeat(16) };
      audit.append({
        time: now(),
        actor: 'zoo',
        action: 'evict',
        model,
        duration_ms: event.durationMs,
        result: 'ok',
        detail: `Unloaded to make room for ${event.for}.`,
        ...ids,
      });
      break;
    }
    case 'load-failed':
      app.log.error({ err: event.error, model }, `Loading ${model} failed`);
      break;
    case 'restored':
      app.log.info({ model }, `${model} is back in memory after a failed load`);
      break;
    case 'restore-failed':
      app.log.warn({ err: event.error, model }, `${model} could not be brought back`);
      break;
    case 'dispose-failed':
      app.log.warn({ err: event.error, model }, `Unloading ${model} failed`);
      break;
  }
}
