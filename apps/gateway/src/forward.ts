import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { compressorFor } from './compression.ts';
import { GatewayError } from './problem.ts';
import { answerHeaders, upstreamHeaders } from './proxy-headers.ts';
import { type Upstream } from './settings.ts';

/** Milliseconds. */
export interface Limits {
  readonly connect: number;
  /** From the request until the answer's headers. */
  readonly answer: number;
  /** Silence within an answer; an event stream may be silent for ever. */
  readonly silence: number;
}

export const DEFAULT_LIMITS: Limits = { connect: 3_000, answer: 30_000, silence: 60_000 };

/** Connections to upstreams, kept open between requests. */
export class Connections {
  readonly #http = new http.Agent({ keepAlive: true, maxSockets: 128 });
  readonly #https = new https.Agent({ keepAlive: true, maxSockets: 128 });

  open(url: URL, options: http.RequestOptions): http.ClientRequest {
    return url.protocol === 'https:'
      ? https.request(url, { ...options, agent: this.#https })
      : http.request(url, { ...options, agent: this.#http });
  }

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

export interface Forward {
  readonly upstream: Upstream;
  /** Path and query at the upstream, below its address. */
  readonly path: string;
  readonly limits: Limits;
  /** Reading only, so that a request whose kept connection just closed may be sent once more. */
  readonly repeatable: boolean;
  /** Adds, replaces or (undefined) removes headers of the request. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/**
 * Passes a request on and sends the answer, compressed if the upstream did not.
 * @throws GatewayError 502 when the upstream is down, 504 when it is too slow
 */
export async function forward(
  connections: Connections,
  request: FastifyRequest,
  reply: FastifyReply,
  options: Forward,
): Promise<FastifyReply> {
  const answer = await ask(connections, request, reply, options);
  const headers = answerHeaders(options.upstream, answer.headers);
  const status = answer.statusCode ?? 502;
  const bodyless = request.method === 'HEAD' || status === 204 || status === 304;
  const compressor = bodyless
    ? undefined
    : compressorFor(headers, request.headers['accept-encoding']);
  void reply.code(status).headers(headers);
  if (compressor === undefined) return reply.send(answer);
  // An error on the way ends the answer; Fastify sees it on the compressor.
  pipeline(answer, compressor, () => undefined);
  return reply.send(compressor);
}

/** The upstream's answer. A kept connection that the upstream just closed is tried once more. */
async function ask(
  connections: Connections,
  request: FastifyRequest,
  reply: FastifyReply,
  options: Forward,
): Promise<IncomingMessage> {
  const target = targetUrl(options.upstream, options.path);
  const body = Buffer.isBuffer(request.body) ? request.body : undefined;
  const headers = {
    ...upstreamHeaders(options.upstream, {
      headers: request.headers,
      remoteAddress: request.ip,
      protocol: request.protocol,
      id: request.id,
    }),
    ...options.headers,
    'content-length': body === undefined ? undefined : String(body.length),
  };
  const present = Object.fromEntries(
    Object.entries(headers).filter(([, value]) => value !== undefined),
  );
  const send = () =>
    exchange(connections, reply, options.limits, target, body, {
      method: request.method,
      headers: present,
    });
  try {
    return await send().catch((error: unknown) => {
      if (error instanceof StaleConnection && options.repeatable) return send();
      throw error;
    });
  } catch (error) {
    throw upstreamError(options.upstream, error);
  }
}

class Timeout extends Error {}
class StaleConnection extends Error {
  readonly code = 'ECONNRESET';
}

function exchange(
  connections: Connections,
  reply: FastifyReply,
  limits: Limits,
  target: URL,
  body: Buffer | undefined,
  options: http.RequestOptions,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = connections.open(target, options);
    const fail = (seconds: number, what: string) => () =>
      outgoing.destroy(new Timeout(`${what} within ${seconds / 1_000} s`));
    const answerTimer = setTimeout(fail(limits.answer, 'no answer'), limits.answer);
    const connectTimer = setTimeout(fail(limits.connect, 'no connection'), limits.connect);
    const stopTimers = () => {
      clearTimeout(answerTimer);
      clearTimeout(connectTimer);
    };
    // The person left: nobody waits for the answer any more.
    const abandon = () => outgoing.destroy();
    reply.raw.once('close', abandon);

    outgoing.once('socket', (socket) => {
      if (socket.connecting) {
        socket.once(target.protocol === 'https:' ? 'secureConnect' : 'connect', () =>
          clearTimeout(connectTimer),
        );
      } else {
        clearTimeout(connectTimer);
      }
    });
    outgoing.once('error', (error: NodeJS.ErrnoException) => {
      stopTimers();
      reply.raw.off('close', abandon);
      const stale =
        outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection() : error);
    });
    outgoing.once('response', (answer) => {
      stopTimers();
      if (!String(answer.headers['content-type']).startsWith('text/event-stream')) {
        answer.setTimeout(limits.silence, () => answer.destroy(new Timeout('silence')));
      }
      resolve(answer);
    });
    outgoing.end(body);
  });
}

/** `path` below the upstream's address. */
export function targetUrl(upstream: Upstream, path: string): URL {
  return new URL(upstream.url.origin + upstream.url.pathname.replace(/\/+$/, '') + path);
}

/** A path that climbs out of its prefix, plainly or encoded, at us or after one more decoding. */
export function climbs(path: string): boolean {
  const [pathname = ''] = path.split('?', 1);
  let decoded = pathname;
  for (let round = 0; round < 3; round++) {
    if (decoded.split(/[/\\]/).some((segment) => segment === '..' || segment === '.')) return true;
    try {
      decoded = decodeURIComponent(decoded);
    } catch {
      return round === 0;
    }
  }
  return false;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'it closed the connection',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name could not be resolved',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
};

export function upstreamError(upstream: Upstream, error: unknown): GatewayError {
  const { title, setting, url } = upstream;
  const advice = `Start it, or set ${setting}.`;
  if (error instanceof Timeout) {
    return new GatewayError(
      504,
      'deadline_exceeded',
      `${title} at ${url.origin} is too slow: ${error.message}. ${advice}`,
    );
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? (code || 'the request failed');
  return new GatewayError(
    502,
    'unavailable',
    `${title} at ${url.origin} does not answer: ${reason}. ${advice}`,
  );
}
