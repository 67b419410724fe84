import { type ProfileStore } from '@hsi/profile-store';
import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { invalid, Refusal } from '../refusal.ts';
import { tenantOf } from '../tenant.ts';
import { encodingOf, readMessage, send } from './message.ts';
import { type Method, METHODS } from './methods.ts';

/** Bytes of a query's body, also after inflation. */
const QUERY_BYTES = 1_000_000;

/** Connect's unary protocol for `querier.v1`: POST, JSON or binary protobuf, gzip or plain. */
export function addQueryRoutes(app: FastifyInstance, store: ProfileStore): void {
  app.post<{ Params: { method: string } }>(
    '/querier.v1.QuerierService/:method',
    { bodyLimit: QUERY_BYTES },
    async (request, reply) => {
      const method = methodNamed(request.params.method);
      if (method === undefined) throw noSuchMethod(request);
      checkProtocolVersion(request);
      const encoding = encodingOf(request);
      const answer = inTime(request, async () => {
        const message = await readMessage(method.request, encoding, request, QUERY_BYTES);
        return method.answer(message, {
          store,
          tenant: tenantOf(request),
          allowsUtf8Names: /allow-utf8-labelnames=true/i.test(request.headers.accept ?? ''),
        });
      });
      return send(reply, encoding, await answer);
    },
  );
}

function methodNamed(name: string): Method | undefined {
  return Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
}

export function noSuchMethod(request: FastifyRequest): Refusal {
  return new Refusal('unimplemented', `There is no method ${pathOf(request)}.`, 'method');
}

export function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0]!;
}

/** @throws Refusal */
export function checkProtocolVersion(request: FastifyRequest): void {
  const version = request.headers['connect-protocol-version'];
  if (version === undefined || version === '1') return;
  throw invalid(`Connect-Protocol-Version is ${JSON.stringify(version)}; expected 1.`, 'http');
}

/**
 * Does work within the time that the client gives (`Connect-Timeout-Ms`). The store's queries
 * cannot be cut off, so the work goes on, but the client has its answer.
 * @throws Refusal when the time is over
 */
export async function inTime<T>(request: FastifyRequest, work: () => Promise<T>): Promise<T> {
  const header = request.headers['connect-timeout-ms'];
  if (header === undefined) return work();
  if (typeof header !== 'string' || !/^\d{1,10}$/.test(header)) {
    throw invalid('Connect-Timeout-Ms is no number of milliseconds.', 'http');
  }
  const milliseconds = Number(header);
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    // Timers hold at most 2^31 - 1 ms, which is more than anything takes.
    timer = setTimeout(
      () => {
        reject(
          new Refusal(
            'deadline_exceeded',
            `There was no answer within the ${milliseconds} ms that Connect-Timeout-Ms gives; ask for a shorter range.`,
            'timeout',
          ),
        );
      },
      Math.min(milliseconds, 2 ** 31 - 1),
    );
  });
  try {
    return await Promise.race([work(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
