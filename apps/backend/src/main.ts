import { SERVICES, MODEL_ZOO_SERVICE } from '@hsi/model-zoo-catalog';
import { runService } from '@hsi/node-service';
import { startProfiler } from '@hsi/profiler';
import { ProfilingSpanProcessor } from '@hsi/profiler/opentelemetry';
import { buildApp } from './app.ts';
import { readSettings } from './settings.ts';
import { startTelemetry } from './telemetry.ts';
import { startOnnxRuntime } from './zoo/onnx-runtime.ts';

await runService({
  name: 'backend',
  portSetting: 'BACKEND_PORT',
  async start() {
    const settings = readSettings(process.env);
    const { environment, version } = settings;
    const tag = SERVICES.find(({ serviceName }) => serviceName === MODEL_ZOO_SERVICE)?.tag ?? '';
    const profiler = startProfiler({
      applicationName: MODEL_ZOO_SERVICE,
      serverAddress: settings.ingestUrl,
      tags: { service: tag, environment, version },
    });
    const telemetry = startTelemetry({
      serviceName: MODEL_ZOO_SERVICE,
      version,
      environment,
      otlpEndpoint: settings.otlpEndpoint,
      // The profile of a request holds all of its work, that of its inner spans too.
      processors: [new ProfilingSpanProcessor({ attributeTo: 'local-root' })],
    });
    const runtime = await startOnnxRuntime(settings.threads);
    const app = buildApp({ settings, telemetry, runtime });
    await app.listen({ host: settings.host, port: settings.port });
    return {
      async close() {
        await app.close();
        await Promise.all([telemetry.shutdown(), profiler.stop()]);
      },
    };
  },
});
