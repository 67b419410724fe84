import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify';
import { climbs, type Connections, forward, type Limits } from './forward.ts';
import { GRAFANA_NOT_CONFIGURED_MESSAGE, GRAFANA_NOT_CONFIGURED_PAGE } from './grafana-page.ts';
import { GatewayError, sendProblem } from './problem.ts';
import { pageHeaders } from './security-headers.ts';
import { type GatewaySettings } from './settings.ts';

export interface RouteOptions {
  readonly settings: GatewaySettings;
  readonly connections: Connections;
  readonly limits: Limits;
}

const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const MEBIBYTE = 1_048_576;

/** `/api` goes to the backend with its prefix. */
export async function apiRoutes(app: FastifyInstance, options: RouteOptions): Promise<void> {
  takeAnyBody(app);
  app.addHook('onRequest', refuseForeignWrites);
  app.route({
    method: METHODS,
    url: '/api/*',
    bodyLimit: 8 * MEBIBYTE,
    handler: (request, reply) =>
      forward(options.connections, request, reply, {
        upstream: options.settings.backend,
        path: pathOf(request),
        limits: options.limits,
        repeatable: isReading(request),
      }),
  });
}

/** What `/profiles` passes on: Pyroscope's read API and nothing else. */
const PROFILE_READS: readonly { readonly method: RegExp; readonly path: RegExp }[] = [
  { method: /^POST$/, path: /^\/querier\.v1\.QuerierService\/[A-Za-z]{1,64}$/ },
  { method: /^GET$/, path: /^\/pyroscope\/render(?:-diff)?$/ },
  { method: /^(?:GET|HEAD)$/, path: /^\/ready$/ },
];

/** `/profiles` goes to a Pyroscope without its prefix. All of it reads, so all may be repeated. */
export async function profileRoutes(app: FastifyInstance, options: RouteOptions): Promise<void> {
  takeAnyBody(app);
  app.addHook('onRequest', refuseForeignWrites);
  const handler = (request: FastifyRequest, reply: FastifyReply) => {
    const path = pathOf(request).slice('/profiles'.length);
    const [name = ''] = path.split('?', 1);
    if (!PROFILE_READS.some((read) => read.method.test(request.method) && read.path.test(name))) {
      throw new GatewayError(
        403,
        'permission_denied',
        `The gateway passes only Pyroscope's read API on, not ${request.method} ${name || '/'}. Send profiles to the profile server itself.`,
      );
    }
    return forward(options.connections, request, reply, {
      upstream: options.settings.profiles,
      path,
      limits: options.limits,
      repeatable: true,
      headers: { 'x-scope-orgid': options.settings.tenant, cookie: undefined },
    });
  };
  for (const url of ['/profiles', '/profiles/*']) {
    app.route({ method: METHODS, url, bodyLimit: MEBIBYTE, handler });
  }
}

/** `/grafana` goes to Grafana with its prefix, which Grafana serves from (`serve_from_sub_path`). */
export async function grafanaRoutes(app: FastifyInstance, options: RouteOptions): Promise<void> {
  takeAnyBody(app);
  const { grafana: upstream } = options.settings;
  const handler = (request: FastifyRequest, reply: FastifyReply) =>
    upstream === undefined
      ? sayNoGrafana(request, reply, options.settings)
      : forward(options.connections, request, reply, {
          upstream,
          path: pathOf(request),
          limits: options.limits,
          repeatable: isReading(request),
        });
  for (const url of ['/grafana', '/grafana/*']) {
    app.route({ method: METHODS, url, bodyLimit: 32 * MEBIBYTE, handler });
  }
}

function sayNoGrafana(request: FastifyRequest, reply: FastifyReply, settings: GatewaySettings) {
  if (!/text\/html/.test(request.headers.accept ?? '')) {
    return sendProblem(reply, 503, {
      code: 'grafana_not_configured',
      message: GRAFANA_NOT_CONFIGURED_MESSAGE,
    });
  }
  return reply
    .code(503)
    .headers(pageHeaders(settings, request.headers.host))
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .type('text/html; charset=utf-8')
    .send(GRAFANA_NOT_CONFIGURED_PAGE);
}

/** Path and query as they came. @throws GatewayError for one that climbs out of its prefix */
function pathOf(request: FastifyRequest): string {
  const path = request.raw.url ?? '/';
  if (climbs(path)) {
    throw new GatewayError(400, 'invalid_argument', 'The path must not contain "." or ".." parts.');
  }
  return path;
}

function isReading({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** A page of another origin cannot read our answers, but could make us act; browsers say so. */
async function refuseForeignWrites(request: FastifyRequest): Promise<void> {
  const site = request.headers['sec-fetch-site'];
  if (isReading(request) || site === undefined || site === 'same-origin' || site === 'none') return;
  throw new GatewayError(
    403,
    'permission_denied',
    'A page of another origin may not send this request.',
  );
}

/** Bodies are kept as bytes, up to the route's limit. */
function takeAnyBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
