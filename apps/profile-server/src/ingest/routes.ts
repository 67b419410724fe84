import { PushRequestSchema } from '@hsi/pyroscope-api/server';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type AppOptions } from '../app.ts';
import { type Metrics } from '../metrics.ts';
import { STORED } from '../observe.ts';
import { readBody } from '../body.ts';
import { checkProtocolVersion } from '../query/connect.ts';
import { encodingOf, readMessage, send } from '../query/message.ts';
import { Refusal } from '../refusal.ts';
import { tenantOf } from '../tenant.ts';
import { decodeIngest } from './decode.ts';
import { parseParameters } from './parameters.ts';
import { decodePush } from './push.ts';
import { checkToken } from './token.ts';

/** Bytes of bodies that are held at one time, and what a body without a length counts as. */
const BYTES_UNDER_WAY = 256_000_000;
const UNKNOWN_BYTES = 1_000_000;

/** Content types that say something about a body in `/ingest`. */
const TELLING_TYPE = /^(multipart\/form-data|binary\/octet-stream\+)/i;

/** Clients send any content type, also one that is none, and Pyroscope does not look at it. */
async function takeAnyContentType({ raw: { headers } }: FastifyRequest): Promise<void> {
  if (headers['content-type'] === undefined || TELLING_TYPE.test(headers['content-type'])) return;
  headers['content-type'] = 'application/octet-stream';
}

interface IngestRoute {
  Querystring: Record<string, string | string[]>;
}

/** `POST /ingest`, also at `/pyroscope/ingest`, and `push.v1`. */
export function addIngestRoutes(app: FastifyInstance, options: AppOptions, metrics: Metrics): void {
  let underWay = 0;
  let bytesUnderWay = 0;
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
    const bytes = Number(request.headers['content-length'] ?? UNKNOWN_BYTES);
    if (bytesUnderWay + bytes > BYTES_UNDER_WAY && underWay > 0) {
      throw new Refusal(
        'resource_exhausted',
        `${bytesUnderWay} bytes of profiles are being stored; try again in a second.`,
        'bytes_under_way',
        1,
      );
    }
    underWay++;
    bytesUnderWay += bytes;
    reply.raw.once('close', () => {
      underWay--;
      bytesUnderWay -= bytes;
    });
  };

  const ingest = async (request: FastifyRequest<IngestRoute>, reply: FastifyReply) => {
    const contentType = request.headers['content-type'] ?? '';
    const parameters = parseParameters(request.query, contentType, (options.now ?? Date.now)());
    const tenant = tenantOf(request);
    const body = await readBody(request, options.decodeLimits.inflatedBytes);
    const profiles = await decodeIngest(parameters, contentType, body, options.decodeLimits);
    await options.store.ingest(tenant, profiles);
    metrics.add(STORED, {}, profiles.length);
    return reply.status(200).send();
  };
  for (const path of ['/ingest', '/pyroscope/ingest']) {
    app.post<IngestRoute>(path, { onRequest: [admit, takeAnyContentType] }, ingest);
  }

  app.post('/push.v1.PusherService/Push', { onRequest: admit }, async (request, reply) => {
    // No Connect-Timeout-Ms here: an answer that says "too late" of a profile that is then stored
    // makes the client store it twice.
    checkProtocolVersion(request);
    const encoding = encodingOf(request);
    const { decodeLimits } = options;
    const limit = decodeLimits.inflatedBytes;
    const message = await readMessage(PushRequestSchema, encoding, request, limit);
    const profiles = await decodePush(message, decodeLimits, (options.now ?? Date.now)());
    await options.store.ingest(tenantOf(request), profiles);
    metrics.add(STORED, {}, profiles.length);
    return send(reply, encoding, { json: () => '{}', binary: () => new Uint8Array() });
  });
}
