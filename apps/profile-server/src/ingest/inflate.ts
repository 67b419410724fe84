import { MalformedProfile } from '@hsi/pprof-codec';
import { promisify } from 'node:util';
import { gunzip, gunzipSync } from 'node:zlib';

const gunzipInPool = promisify(gunzip);

/**
 * Bodies up to this size are inflated at once: handing them to another thread takes longer. What
 * they inflate to is limited as well, so that no body blocks for long.
 */
const SMALL_BYTES = 32_768;
const SMALL_INFLATED_BYTES = 2_000_000;

/** True for gzip's magic number. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 1 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates gzip, stopping as soon as `limit` bytes have come out; anything else is returned as is.
 * @throws MalformedProfile
 */
export async function inflate(bytes: Uint8Array, limit: number): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  if (bytes.length <= SMALL_BYTES) {
    try {
      return gunzipSync(bytes, { maxOutputLength: Math.min(limit, SMALL_INFLATED_BYTES) });
    } catch (error) {
      if (errorCode(error) !== 'ERR_BUFFER_TOO_LARGE') throw malformed(error, limit);
    }
  }
  try {
    return await gunzipInPool(bytes, { maxOutputLength: limit });
  } catch (error) {
    throw malformed(error, limit);
  }
}

function malformed(error: unknown, limit: number): MalformedProfile {
  if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') {
    return new MalformedProfile('gzip', `inflates to more than ${limit} bytes`, 'inflated_size');
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new MalformedProfile('gzip', `is damaged (${reason})`);
}

function errorCode(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
