import { type OutgoingHttpHeaders } from 'node:http';
import { type Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';

const TEXT =
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|.+\+(?:json|xml))|image\/svg\+xml)/;
/** Answers known to be smaller stay as they are. */
const LEAST_BYTES = 1_024;
/** The best ratio that costs no more time than it saves on a fast network. */
const BROTLI_QUALITY = 4;

/**
 * A compressor for an answer with these headers, which it changes to fit; undefined when the answer
 * goes as it is. `acceptEncoding` is the request's.
 */
export function compressorFor(
  headers: OutgoingHttpHeaders,
  acceptEncoding: string | undefined,
): Transform | undefined {
  const type = String(headers['content-type'] ?? '');
  if (!TEXT.test(type) || headers['content-encoding'] !== undefined) return undefined;
  // A part of an answer (206): its range counts the bytes of the whole as it was.
  if (headers['content-range'] !== undefined) return undefined;
  if (String(headers['cache-control'] ?? '').includes('no-transform')) return undefined;
  const vary = String(headers.vary ?? '');
  if (!/accept-encoding/i.test(vary)) {
    headers.vary = [vary, 'accept-encoding'].filter(Boolean).join(', ');
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) < LEAST_BYTES) return undefined;
  const encoding = preferredEncoding(acceptEncoding);
  if (encoding === undefined) return undefined;

  headers['content-encoding'] = encoding;
  delete headers['content-length'];
  delete headers['accept-ranges'];
  if (typeof headers.etag === 'string' && !headers.etag.startsWith('W/')) {
    headers.etag = `W/${headers.etag}`;
  }
  return encoding === 'br'
    ? createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } })
    : createGzip({ level: 5 });
}

/** Brotli where it is accepted, whatever the order of the header, else gzip. */
export function preferredEncoding(acceptEncoding: string | undefined): 'br' | 'gzip' | undefined {
  const accepted = new Set(
    (acceptEncoding ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => part.split(';').map((word) => word.trim()))
      .filter(([, quality]) => quality === undefined || !/^q=0(?:\.0*)?$/.test(quality))
      .map(([name]) => name),
  );
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') || accepted.has('*') ? 'gzip' : undefined;
}
