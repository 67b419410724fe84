import {
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { isGzip, readBody } from '../body.ts';
import { invalid, Refusal } from '../refusal.ts';

export type Encoding = 'json' | 'proto';

/** @throws Refusal for a content type that is neither */
export function encodingOf(request: FastifyRequest): Encoding {
  const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'application/proto' || type === 'application/x-protobuf') return 'proto';
  throw new Refusal(
    'unsupported_media_type',
    `The content type ${JSON.stringify(type.slice(0, 80))} is not supported; use application/json or application/proto.`,
    'content_type',
  );
}

/** Reads a request's message of at most `limit` bytes. @throws Refusal */
export async function readMessage<Schema extends DescMessage>(
  schema: Schema,
  encoding: Encoding,
  request: FastifyRequest,
  limit: number,
): Promise<MessageShape<Schema>> {
  const bytes = await readBody(request, limit);
  if (isGzip(bytes)) throw unreadable('the body is gzip; send "Content-Encoding: gzip" with it');
  try {
    if (encoding === 'proto') return fromBinary(schema, bytes);
    const json = JSON.parse(bytes.toString()) as JsonValue;
    checkEnums(schema, json);
    return fromJson(schema, json, { ignoreUnknownFields: true });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    // What was sent is quoted in the reason: bytes that are no text help nobody.
    const isText = /^[\t\n\r\x20-\x7e]*$/.test(reason);
    throw unreadable(isText ? reason.slice(0, 300) : `the body is not ${encoding}`);
  }
}

function unreadable(reason: string): Refusal {
  return invalid(`unmarshal message: ${reason}`, 'message');
}

/**
 * Refuses names that an enum does not have. Ignoring fields that a newer client knows means to
 * ignore its enum values too, and then `AVERAGE` is answered with a sum.
 */
function checkEnums(schema: DescMessage, json: JsonValue): void {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return;
  for (const field of schema.fields) {
    const value = json[field.jsonName] ?? json[field.name];
    if (value === undefined || value === null) continue;
    for (const item of Array.isArray(value) ? value : [value]) checkField(field, item);
  }
}

function checkField(field: DescField, value: JsonValue): void {
  if (field.message !== undefined) checkEnums(field.message, value);
  if (field.enum === undefined || typeof value !== 'string') return;
  const names = field.enum.values.map(({ name }) => name);
  if (names.includes(value)) return;
  throw unreadable(
    `${field.jsonName} is ${JSON.stringify(value.slice(0, 60))}; expected ${names.join(' or ')}`,
  );
}

/** Sends an answer in the encoding of its request. */
export function send(
  reply: FastifyReply,
  encoding: Encoding,
  answer: { json(): string; binary(): Uint8Array },
): FastifyReply {
  if (encoding === 'json') return reply.type('application/json').send(answer.json());
  return reply.type('application/proto').send(Buffer.from(answer.binary()));
}
