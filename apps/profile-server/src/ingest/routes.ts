import { PushRequestSchema } from '@hsi/pyroscope-api/server';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type AppOptions } from '../app.ts';
import { decodeMessage, encodingOf, send } from '../query/connect.ts';
import { Refusal } from '../refusal.ts';
import { tenantOf } from '../tenant.ts';
import { decodeIngest } from './decode.ts';
import { inflate } from './inflate.ts';
import { parseParameters } from './parameters.ts';
import { decodePush } from './push.ts';

interface IngestRoute {
  Querystring: Record<string, string | string[]>;
}

/** `POST /ingest`, also at `/pyroscope/ingest`, and `push.v1`. */
export function addIngestRoutes(app: FastifyInstance, options: AppOptions): void {
  let underWay = 0;
  const admit = async (request: FastifyRequest, reply: FastifyReply) => {
    checkToken(request, options.ingestToken);
    if (underWay >= options.concurrentIngests) {
      throw new Refusal(
        'resource_exhausted',
        `${underWay} profiles are being stored; try again in a second.`,
        'concurrency',
        1,
      );
    }
    underWay++;
    reply.raw.once('close', () => underWay--);
  };

  const ingest = async (request: FastifyRequest<IngestRoute>, reply: FastifyReply) => {
    const contentType = request.headers['content-type'] ?? '';
    const parameters = parseParameters(request.query, contentType, (options.now ?? Date.now)());
    const tenant = tenantOf(request);
    let body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    if (request.headers['content-encoding'] === 'gzip') {
      body = Buffer.from(await inflate(body, options.decodeLimits.inflatedBytes));
    }
    const profiles = await decodeIngest(parameters, contentType, body, options.decodeLimits);
    await options.store.ingest(tenant, profiles);
    return reply.status(200).send();
  };
  for (const path of ['/ingest', '/pyroscope/ingest']) {
    app.post<IngestRoute>(path, { onRequest: admit }, ingest);
  }

  app.post('/push.v1.PusherService/Push', { onRequest: admit }, async (request, reply) => {
    const encoding = encodingOf(request);
    const { decodeLimits } = options;
    const message = await decodeMessage(
      PushRequestSchema,
      encoding,
      request,
      decodeLimits.inflatedBytes,
    );
    const profiles = await decodePush(message, decodeLimits, (options.now ?? Date.now)());
    await options.store.ingest(tenantOf(request), profiles);
    return send(reply, encoding, { json: () => '{}', binary: () => new Uint8Array() });
  });
}

function checkToken(request: FastifyRequest, token: string | undefined): void {
  if (token === undefined) return;
  const [, given] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (given !== undefined && isEqual(given, token)) return;
  throw new Refusal(
    'unauthenticated',
    'Storing profiles needs the ingest token: send "Authorization: Bearer <token>".',
    'token',
  );
}

/** Takes as long for a wrong text as for the right one. */
function isEqual(given: string, expected: string): boolean {
  let difference = given.length ^ expected.length;
  for (let at = 0; at < given.length; at++) {
    difference |= given.charCodeAt(at) ^ expected.charCodeAt(at % expected.length);
  }
  return difference === 0;
}
