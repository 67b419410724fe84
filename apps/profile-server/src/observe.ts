import { type ProfileStore } from '@hsi/profile-store';
import { type FastifyInstance } from 'fastify';
import { Metrics } from './metrics.ts';

/** Names of what `/metrics` shows; `docs/operations.md` explains them. */
export const REFUSED = 'profile_server_refused_total';
export const STORED = 'profile_server_profiles_stored_total';
const REQUESTS = 'profile_server_request_duration_seconds';
const SIZES = {
  bytes: 'profile_server_store_bytes',
  files: 'profile_server_store_files',
  leftAside: 'profile_server_store_files_left_aside',
  series: 'profile_server_store_series',
  due: 'profile_server_rollups_due',
} as const;

/** Counts every request, and serves `/metrics`. */
export function addMetrics(app: FastifyInstance, store: ProfileStore): Metrics {
  const metrics = new Metrics();
  metrics.describe(STORED, 'counter', 'Profiles that were stored.');
  metrics.describe(REFUSED, 'counter', 'Requests that were refused, by reason.');
  metrics.describe(
    REQUESTS,
    'histogram',
    'Time from a request to its answer, by route and status.',
  );
  metrics.describe(SIZES.bytes, 'gauge', 'Bytes of all files.');
  metrics.describe(SIZES.files, 'gauge', 'Count of files.');
  metrics.describe(SIZES.leftAside, 'gauge', 'Files that are damaged and not in use.');
  metrics.describe(SIZES.series, 'gauge', 'Series of all files.');
  metrics.describe(SIZES.due, 'gauge', 'Buckets of time that wait to be rolled up.');
  metrics.describe('process_resident_memory_bytes', 'gauge', 'Memory of the process.');
  metrics.describe('process_start_time_seconds', 'gauge', 'When the process began, Unix time.');
  metrics.set('process_start_time_seconds', Date.now() / 1_000 - process.uptime());
  metrics.add(STORED, {}, 0);

  app.addHook('onResponse', async (request, reply) => {
    const { method } = request.params as { method?: string };
    const route = (request.routeOptions.url ?? 'none').replace(':method', method ?? '');
    const status = String(reply.statusCode);
    // A name that a client made up would be a series of its own.
    const name = reply.statusCode === 404 ? 'none' : route;
    metrics.observe(REQUESTS, reply.elapsedTime / 1_000, { route: name, status });
  });
  app.get('/metrics', async (_request, reply) => {
    const size = await store.size();
    for (const key of ['bytes', 'files', 'leftAside', 'series', 'due'] as const)
      metrics.set(SIZES[key], size[key]);
    metrics.set('process_resident_memory_bytes', process.memoryUsage.rss());
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.text());
  });
  return metrics;
}
