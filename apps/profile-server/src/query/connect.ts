import {
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type ProfileStore } from '@hsi/profile-store';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { inflate } from '../ingest/inflate.ts';
import { invalid, Refusal } from '../refusal.ts';
import { tenantOf } from '../tenant.ts';
import { METHODS } from './methods.ts';

/** Bytes of a query's body after inflation. */
const QUERY_BYTES = 1_000_000;

export type Encoding = 'json' | 'proto';

/** Connect's unary protocol for `querier.v1`: POST, JSON or binary protobuf, gzip or plain. */
export function addQueryRoutes(app: FastifyInstance, store: ProfileStore): void {
  app.post<{ Params: { method: string } }>(
    '/querier.v1.QuerierService/:method',
    { bodyLimit: QUERY_BYTES },
    async (request, reply) => {
      const method = Object.hasOwn(METHODS, request.params.method)
        ? METHODS[request.params.method]
        : undefined;
      if (method === undefined) {
        throw new Refusal(
          'unimplemented',
          `There is no method ${request.params.method}.`,
          'method',
        );
      }
      const encoding = encodingOf(request);
      const message = await decodeMessage(method.request, encoding, request);
      const answer = await method.answer(message, {
        store,
        tenant: tenantOf(request),
        allowsUtf8Names: /allow-utf8-labelnames=true/i.test(request.headers.accept ?? ''),
      });
      return send(reply, encoding, answer);
    },
  );
}

/** @throws Refusal for a content type that is neither */
export function encodingOf(request: FastifyRequest): Encoding {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'application/proto' || type === 'application/x-protobuf') return 'proto';
  throw new Refusal(
    'unsupported_media_type',
    `The content type ${JSON.stringify(type)} is not supported; use application/json or application/proto.`,
    'content_type',
  );
}

/** Reads a request's message. @throws Refusal */
export async function decodeMessage<Schema extends DescMessage>(
  schema: Schema,
  encoding: Encoding,
  request: FastifyRequest,
  limit = QUERY_BYTES,
): Promise<MessageShape<Schema>> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const isCompressed = request.headers['content-encoding'] === 'gzip';
  const bytes = isCompressed ? await inflate(body, limit) : body;
  try {
    if (encoding === 'proto') return fromBinary(schema, bytes);
    const json = JSON.parse(Buffer.from(bytes).toString()) as JsonValue;
    return fromJson(schema, json, { ignoreUnknownFields: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(`unmarshal message: ${reason}`, 'message');
  }
}

export function send(
  reply: FastifyReply,
  encoding: Encoding,
  answer: { json(): string; binary(): Uint8Array },
): FastifyReply {
  if (encoding === 'json') return reply.type('application/json').send(answer.json());
  return reply.type('application/proto').send(Buffer.from(answer.binary()));
}
