import { encodePprof } from '@hsi/pprof-codec';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type AppOptions } from './app.ts';
import { checkToken } from './ingest/token.ts';
import { tenantOf } from './tenant.ts';

const PAGE = 200;

/**
 * `GET /export?cursor=`: what is stored for a tenant, page by page, each profile with its labels
 * and as pprof. `npm run profiles:export` replays it into another server.
 */
export function addExportRoute(app: FastifyInstance, { store, ingestToken }: AppOptions): void {
  const onRequest = async (request: FastifyRequest) => checkToken(request, ingestToken);
  app.get<{ Querystring: { cursor?: string } }>('/export', { onRequest }, async (request) => {
    const cursor = String(request.query.cursor ?? '').slice(0, 100);
    const page = await store.exportPage(tenantOf(request), cursor, PAGE);
    return {
      profiles: page.profiles.map(({ id, labels, tables }) => ({
        id,
        labels,
        pprof: Buffer.from(encodePprof(tables)).toString('base64'),
      })),
      next: page.next,
    };
  });
}
