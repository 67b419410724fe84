import { type DecodeLimits } from '@hsi/pprof-codec';
import { type ProfileStore } from '@hsi/profile-store';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { answerClientError } from './client-error.ts';
import { addCompression } from './compress.ts';
import { addExportRoute } from './export.ts';
import { addIngestRoutes } from './ingest/routes.ts';
import { addMetrics, REFUSED } from './observe.ts';
import { addPage } from './page.ts';
import { addPinRoutes } from './pins.ts';
import { addQueryRoutes, noSuchMethod, pathOf } from './query/connect.ts';
import { METHODS } from './query/methods.ts';
import { addRenderRoutes } from './query/render.ts';
import { asRefusal, Refusal } from './refusal.ts';

export interface AppOptions {
  readonly store: ProfileStore;
  readonly decodeLimits: DecodeLimits;
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Ingest requests that are under way at one time; one more is answered 429. */
  readonly concurrentIngests: number;
  readonly ingestToken?: string | undefined;
  readonly now?: () => number;
  /** Told of what is the server's own fault. */
  readonly log?: (message: string) => void;
}

/** What is only asked by POST, and all of what Connect's services would have. */
const POST_ONLY = new RegExp(
  `^(/pyroscope)?/ingest$|^/push\\.v1\\.PusherService/Push$|^/querier\\.v1\\.QuerierService/(${Object.keys(METHODS).join('|')})$`,
);
const OTLP_PROFILES = /^\/v1\w*\/profiles$|^\/opentelemetry\.proto\.collector\.profiles\./;
const SERVICES = /^\/[a-z]+\.v1\.[A-Za-z]+Service\//;

function notFound(request: FastifyRequest): Refusal {
  const path = pathOf(request);
  if (POST_ONLY.test(path)) {
    const message = `${path} takes POST, not ${request.method}.`;
    return new Refusal('method_not_allowed', message, 'method');
  }
  if (OTLP_PROFILES.test(path)) {
    return new Refusal(
      'unimplemented',
      'The format OTLP (OpenTelemetry profiles) is not supported; push pprof to /ingest or /push.v1.PusherService/Push.',
      'format',
    );
  }
  if (SERVICES.test(path)) return noSuchMethod(request);
  return new Refusal('unimplemented', `There is nothing at ${request.method} ${path}.`, 'path');
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
}

function tooLarge(request: FastifyRequest, { bodyBytes }: AppOptions): Refusal {
  const limit = request.routeOptions.bodyLimit;
  const setting = limit === bodyBytes ? ' The setting INGEST_BODY_LIMIT raises the limit.' : '';
  return new Refusal(
    'payload_too_large',
    `The request body is larger than ${limit} bytes.${setting}`,
    'body_size',
  );
}

/** The server without a socket: Pyroscope's HTTP API over a store. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: options.bodyBytes,
    routerOptions: { maxParamLength: 200 },
    requestTimeout: 60_000,
    return503OnClosing: true,
    clientErrorHandler(error, socket) {
      if (answerClientError(error, socket)) metrics.add(REFUSED, { reason: 'http' });
    },
  });
  const metrics = addMetrics(app, options.store);
  addCompression(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const refusal = isTooLarge(error) ? tooLarge(request, options) : asRefusal(error);
    metrics.add(REFUSED, { reason: refusal.reason });
    if (refusal.code === 'internal') {
      options.log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
    if (refusal.reason === 'content_encoding') reply.header('accept-encoding', 'gzip');
    if (refusal.reason === 'content_type') {
      reply.header('accept-post', 'application/json, application/proto');
    }
    if (refusal.code === 'method_not_allowed') reply.header('allow', 'POST');
    if (refusal.code === 'unimplemented' && refusal.reason === 'method') {
      // As Pyroscope says it; Connect's clients know an unknown method by the status alone.
      return reply.status(404).type('text/plain; charset=utf-8').send('404 page not found\n');
    }
    return reply
      .status(refusal.status)
      .type('application/json')
      .send({ code: refusal.code, message: refusal.message });
  });
  app.setNotFoundHandler(async (request) => {
    throw notFound(request);
  });
  app.get('/ready', async (_request, reply) => reply.type('text/plain').send('ready'));
  addPage(app, options.store);
  addIngestRoutes(app, options, metrics);
  addPinRoutes(app, options.store, options.ingestToken, options.now ?? Date.now);
  addExportRoute(app, options);
  addQueryRoutes(app, options.store);
  addRenderRoutes(app, options.store, options.now ?? Date.now);
  return app;
}
