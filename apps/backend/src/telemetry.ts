import {
  context,
  propagation,
  type Attributes,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-node';

export interface TelemetryOptions {
  readonly serviceName: string;
  readonly version: string;
  readonly environment: string;
  /** Where traces are sent (OTLP over HTTP, without `/v1/traces`); undefined: nowhere. */
  readonly otlpEndpoint: string | undefined;
  readonly processors?: readonly SpanProcessor[];
  /** Milliseconds that the last spans may take at the end of the process; 2,000 unless told. */
  readonly shutdownLimitMs?: number;
}

/** Spans of this service. They exist, with ids, whether anything is exported or not. */
export interface Telemetry {
  readonly tracer: Tracer;
  shutdown(): Promise<void>;
}

export function startTelemetry(options: TelemetryOptions): Telemetry {
  const exporting =
    options.otlpEndpoint === undefined
      ? []
      : [
          new BatchSpanProcessor(
            new OTLPTraceExporter({
              url: `${options.otlpEndpoint}/v1/traces`,
              timeoutMillis: 5_000,
            }),
            { exportTimeoutMillis: 5_000 },
          ),
        ];
  const provider = new NodeTracerProvider({
    // Also what the caller would not keep: every audit entry leads to its trace and its profile.
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': options.version,
      'deployment.environment.name': options.environment,
      // Jaeger's links have no variable for the service: they read this attribute.
      'hsi.service': options.serviceName,
    }),
    spanProcessors: [...(options.processors ?? []), ...exporting],
  });
  // Sets W3C propagation and the context that follows await; a second call changes nothing.
  provider.register();
  return {
    tracer: provider.getTracer(options.serviceName, options.version),
    shutdown: () =>
      Promise.race([
        provider.shutdown(),
        new Promise<void>((resolve) =>
          setTimeout(resolve, options.shutdownLimitMs ?? 2_000).unref(),
        ),
      ]).catch(() => undefined),
  };
}

/** Runs work inside a span; a throw marks the span and goes on. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, { kind: SpanKind.INTERNAL, attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      recordFailure(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

export function recordFailure(span: Span, error: unknown): void {
  const failure = error instanceof Error ? error : new Error(String(error));
  span.recordException(failure);
  span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
}

/** The ids of the span that the running code belongs to. */
export function currentSpan(): { trace_id: string; span_id: string } | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  return active && { trace_id: active.traceId, span_id: active.spanId };
}

/** The context of a request that carries W3C `traceparent`. */
export function contextOfRequest(headers: Record<string, unknown>) {
  return propagation.extract(context.active(), headers);
}
