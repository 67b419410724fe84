import { type FastifyInstance } from 'fastify';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const gzipInPool = promisify(gzip);

/** Answers below this size fit into a packet or few: compressing them only takes time. */
const LEAST_BYTES = 4_096;

/** Compresses answers for clients that take gzip. */
export function addCompression(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    if (payload.length < LEAST_BYTES) return payload;
    reply.header('vary', 'accept-encoding');
    if (!takesGzip(request.headers['accept-encoding'])) return payload;
    const compressed = await gzipInPool(payload, { level: constants.Z_BEST_SPEED });
    reply.header('content-encoding', 'gzip').header('content-length', compressed.length);
    return compressed;
  });
}

/** `gzip;q=0` means that the client does not. */
function takesGzip(header: string | string[] | undefined): boolean {
  return /\b(x-)?gzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(header ?? ''));
}
