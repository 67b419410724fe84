import { context, type Context, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Metrics } from '../metrics.ts';
import { contextOfRequest } from '../telemetry.ts';

/** What monitoring asks all the time: no spans. */
const UNTRACED = new Set(['/api/health', '/api/ready', '/api/metrics', '/metrics']);

/** A span for each request, as a child of the caller's trace; its context is what handlers run in. */
export function traceRequests(app: FastifyInstance, tracer: Tracer, metrics: Metrics): void {
  const spans = new WeakMap<FastifyRequest, { span: Span; scope: Context }>();

  app.addHook('onRequest', (request, _, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    if (UNTRACED.has(route)) return done();
    const outer = contextOfRequest(request.headers);
    const span = tracer.startSpan(
      `${request.method} ${route}`,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method, 'http.route': route },
      },
      outer,
    );
    const scope = trace.setSpan(outer, span);
    spans.set(request, { span, scope });
    context.with(scope, done);
  });

  // Reading a body loses the context: its events belong to the connection.
  app.addHook('preValidation', (request, _, done) => {
    const scope = spans.get(request)?.scope;
    if (scope === undefined) done();
    else context.with(scope, done);
  });

  app.addHook('onResponse', (request, reply, done) => {
    const span = spans.get(request)?.span;
    span?.setAttribute('http.response.status_code', reply.statusCode);
    span?.end();
    metrics.answered(request.routeOptions.url ?? 'unknown', request.method, reply.statusCode);
    done();
  });
}
