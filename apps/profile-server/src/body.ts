import { type FastifyRequest } from 'fastify';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';
import { invalid, Refusal } from './refusal.ts';

const gunzipInPool = promisify(gunzip);

/**
 * Bodies up to this size are inflated at once: handing them to another thread takes longer. What
 * they inflate to is limited as well, so that no body blocks for long.
 */
const SMALL_BYTES = 32_768;
const SMALL_INFLATED_BYTES = 2_000_000;

/** Why bytes could not be inflated: beyond the limit, or no gzip. */
export class InflateError extends Error {
  constructor(
    readonly isTooLarge: boolean,
    message: string,
  ) {
    super(message);
    this.name = 'InflateError';
  }
}

/** True for gzip's magic number. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates gzip, stopping as soon as `limit` bytes have come out.
 * @throws InflateError
 */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Buffer> {
  if (bytes.length <= SMALL_BYTES) {
    try {
      return gunzipSync(bytes, { maxOutputLength: Math.min(limit, SMALL_INFLATED_BYTES) });
    } catch (error) {
      if (errorCode(error) !== 'ERR_BUFFER_TOO_LARGE') throw inflateError(error, limit);
    }
  }
  try {
    return await gunzipInPool(bytes, { maxOutputLength: limit });
  } catch (error) {
    throw inflateError(error, limit);
  }
}

function inflateError(error: unknown, limit: number): InflateError {
  if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
    return new InflateError(true, `inflates to more than ${limit} bytes`);
  }
  return new InflateError(
    false,
    `is damaged (${error instanceof Error ? error.message : String(error)})`,
  );
}

function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/**
 * A request's body without its `Content-Encoding`, gzip or none.
 * @throws Refusal for another encoding, for broken gzip, and for more than `limit` bytes
 */
export async function readBody(request: FastifyRequest, limit: number): Promise<Buffer> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return body;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new Refusal(
      'unsupported_media_type',
      `The content encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported; send gzip, or no Content-Encoding.`,
      'content_encoding',
    );
  }
  if (body.length === 0) return body;
  try {
    return await inflate(body, limit);
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    if (error.isTooLarge) {
      throw new Refusal('payload_too_large', `The request body ${error.message}.`, 'inflated_size');
    }
    throw invalid(
      `The request body is not gzip, as Content-Encoding says: it ${error.message}.`,
      'content_encoding',
    );
  }
}
