import { escapeHtml } from '@hsi/node-service';
import { type ProfileStore } from '@hsi/profile-store';
import { type FastifyInstance } from 'fastify';
import { tenantOf } from './tenant.ts';

const POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

const STYLE = `
:root { color-scheme: dark; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: #1a1a1a; color: #e5e5e5;
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid #333; vertical-align: top; }
th { color: #a3a3a3; font-weight: 500; }
code { color: #bef264; }
`;

/** The server's own small page: what is stored, for a person who opens its address. */
export function addPage(app: FastifyInstance, store: ProfileStore): void {
  app.get('/page.css', async (_request, reply) =>
    reply.type('text/css; charset=utf-8').header('cache-control', 'max-age=300').send(STYLE),
  );
  app.get('/', async (request, reply) => {
    const tenant = tenantOf(request);
    const all = { tenant, from: 0, to: Number.MAX_SAFE_INTEGER, matchers: [] };
    const series = await store.series(all, ['service_name', '__profile_type__']);
    const { dataIngested, oldestMs, newestMs } = store.stats(tenant);
    const services = new Map<string, string[]>();
    for (const { service_name: name = '', __profile_type__: type = '' } of series) {
      services.set(name, [...(services.get(name) ?? []), type]);
    }
    const rows = [...services].map(
      ([name, types]) =>
        `<tr><td>${escapeHtml(name)}</td><td>${types.map((type) => `<code>${escapeHtml(type)}</code>`).join('<br>')}</td></tr>`,
    );
    const times = dataIngested
      ? `from ${isoTime(oldestMs)} to ${isoTime(newestMs)}`
      : 'no profiles yet';
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-cache')
      .send(
        `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Profile server</title>` +
          `<link rel="stylesheet" href="page.css"></head><body><h1>Profile server</h1>` +
          `<p>Speaks Pyroscope's API: push to <code>POST /ingest</code>, read with ` +
          `<code>/querier.v1.QuerierService</code>. Stored: ${times}; ` +
          `${megabytes((await store.size()).bytes)} on disk.</p>` +
          `<h2>Services</h2><table><thead><tr><th>Service</th><th>Profile types</th></tr></thead>` +
          `<tbody>${rows.join('') || '<tr><td colspan="2">None yet.</td></tr>'}</tbody></table></body></html>`,
      );
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function isoTime(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
