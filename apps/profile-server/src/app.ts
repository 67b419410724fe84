import { type DecodeLimits } from '@hsi/pprof-codec';
import { type ProfileStore } from '@hsi/profile-store';
import fastify, { type FastifyInstance } from 'fastify';
import { addCompression } from './compress.ts';
import { addExportRoute } from './export.ts';
import { addIngestRoutes } from './ingest/routes.ts';
import { addMetrics, REFUSED } from './observe.ts';
import { addPage } from './page.ts';
import { addPinRoutes } from './pins.ts';
import { addQueryRoutes } from './query/connect.ts';
import { addRenderRoutes } from './query/render.ts';
import { asRefusal } from './refusal.ts';

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

/** The server without a socket: Pyroscope's HTTP API over a store. */
export function buildApp(options: AppOptions): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: options.bodyBytes,
    routerOptions: { maxParamLength: 200 },
    requestTimeout: 60_000,
    return503OnClosing: true,
  });
  const metrics = addMetrics(app, options.store);
  addCompression(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const refusal = asRefusal(error);
    metrics.add(REFUSED, { reason: refusal.reason });
    if (refusal.code === 'internal') {
      options.log?.(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (refusal.retryAfter !== undefined) reply.header('retry-after', String(refusal.retryAfter));
    return reply.status(refusal.status).send({ code: refusal.code, message: refusal.message });
  });
  app.setNotFoundHandler(async (request, reply) =>
    reply.status(404).send({
      code: 'unimplemented',
      message: `There is nothing at ${request.method} ${request.url.split('?')[0]!}.`,
    }),
  );
  app.get('/ready', async (_request, reply) => reply.type('text/plain').send('ready'));
  addPage(app, options.store);
  addIngestRoutes(app, options, metrics);
  addPinRoutes(app, options.store, options.ingestToken, options.now ?? Date.now);
  addExportRoute(app, options);
  addQueryRoutes(app, options.store);
  addRenderRoutes(app, options.store, options.now ?? Date.now);
  return app;
}
