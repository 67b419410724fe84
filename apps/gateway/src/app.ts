import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { Connections, DEFAULT_LIMITS, type Limits } from './forward.ts';
import { closeSoon } from './graceful-close.ts';
import { codeOf, GatewayError, sendProblem } from './problem.ts';
import { apiRoutes, grafanaRoutes, profileRoutes } from './routes.ts';
import { type GatewaySettings } from './settings.ts';
import { serveFiles } from './static-files.ts';
import { passWebSockets } from './web-socket.ts';

/** Milliseconds that answers on their way may take when the gateway stops. */
const CLOSE_GRACE_MS = 2_000;

/** One line of the access log. No query, no headers: they may hold what must not be kept. */
export interface AccessLine {
  readonly time: string;
  readonly level: 'info' | 'error';
  readonly id?: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly milliseconds?: number;
  readonly error?: string;
}

export interface GatewayOptions {
  readonly settings: GatewaySettings;
  readonly limits?: Partial<Limits>;
  readonly log?: (line: AccessLine) => void;
}

/** The gateway, ready to listen or to be asked by `inject`. */
export async function buildApp({
  settings,
  limits: given = {},
  log = () => undefined,
}: GatewayOptions): Promise<FastifyInstance> {
  const limits = { ...DEFAULT_LIMITS, ...given };
  const connections = new Connections();
  /** Why a request failed, for its line of the log. */
  const errors = new WeakMap<FastifyRequest, string>();
  const app = Fastify({
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    // A caller's own id is kept when it is one; it goes to the upstream and into the log.
    genReqId: ({ headers }) => safeId(headers['x-request-id']) ?? randomUUID(),
    routerOptions: { maxParamLength: 2_048 },
    forceCloseConnections: 'idle',
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!isGrafana(request)) reply.header('x-content-type-options', 'nosniff');
  });
  app.addHook('onResponse', async (request, reply) =>
    log(accessLine(request, reply, errors.get(request))),
  );
  app.setErrorHandler<FastifyError | GatewayError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) errors.set(request, error.message);
    const known = status < 500 || error instanceof GatewayError;
    return sendProblem(reply, status, {
      code: error instanceof GatewayError ? error.code : codeOf(status),
      message: known ? error.message : 'The gateway failed; its log says more.',
    });
  });

  app.get('/healthz', async () => ({ status: 'ok' }));
  const routes = { settings, connections, limits };
  await app.register(apiRoutes, routes);
  await app.register(profileRoutes, routes);
  await app.register(grafanaRoutes, routes);
  await app.register(serveFiles, settings);

  const closeSockets = passWebSockets(app.server, connections, settings.grafana, limits, (line) =>
    log({
      ...line,
      time: new Date().toISOString(),
      level: line.status < 500 ? 'info' : 'error',
      method: 'GET',
    }),
  );
  const closeConnections = closeSoon(app.server, CLOSE_GRACE_MS);
  app.addHook('preClose', async () => {
    closeSockets();
    closeConnections();
  });
  app.addHook('onClose', async () => connections.close());
  return app;
}

function safeId(id: string | string[] | undefined): string | undefined {
  return typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id) ? id : undefined;
}

function isGrafana(request: FastifyRequest): boolean {
  return /^\/grafana(?:[/?]|$)/.test(request.raw.url ?? '');
}

function accessLine(
  request: FastifyRequest,
  reply: FastifyReply,
  error: string | undefined,
): AccessLine {
  const [path = ''] = (request.raw.url ?? '').split('?', 1);
  return {
    time: new Date().toISOString(),
    level: reply.statusCode < 500 ? 'info' : 'error',
    id: request.id,
    method: request.method,
    path,
    status: reply.statusCode,
    milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    ...(error !== undefined && { error }),
  };
}
