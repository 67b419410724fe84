import { access } from 'node:fs/promises';
import { type OutgoingHttpHeaders } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import fastifyStatic from '@fastify/static';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { compressorFor, preferredEncoding } from './compression.ts';
import { PreloadHints } from './preload-hints.ts';
import { AheadPages } from './ahead-page.ts';
import { sendProblem } from './problem.ts';
import { pageHeaders } from './security-headers.ts';
import { type GatewaySettings } from './settings.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';
/** Kept, but asked for again each time: answered by 304 while it is the same. */
const REVALIDATE = 'no-cache';

/** `index.3f9a2b1c.js`, `3f9a2b1c.css`: at least eight hexadecimal digits between separators. */
const HASHED_NAME = /(?:^|[.-])[0-9a-f]{8,}(?=\.)/;
/** Names that stay the same from version to version: the pointers to everything else. */
const POINTER = /(?:^|\/)(?:registry|mf-manifest|mf-stats)\.json$|\.html$/;

/** `Cache-Control` of a shell's file, by its path below the build's folder. */
export function shellCaching(path: string): string {
  return !POINTER.test(path) && HASHED_NAME.test(path.split('/').at(-1) ?? '')
    ? FOR_EVER
    : REVALIDATE;
}

/** `Cache-Control` of a remote's file: a version's folder has a hash in its name and never changes. */
export function remoteCaching(path: string): string {
  return !POINTER.test(path) && path.split('/').length > 2 ? FOR_EVER : REVALIDATE;
}

/** Shell files at `/`, remotes and their registry at `/remotes/`. */
export async function serveFiles(app: FastifyInstance, settings: GatewaySettings): Promise<void> {
  app.setNotFoundHandler(
    historyFallback(new PreloadHints(settings), new AheadPages(settings.shellDir)),
  );
  app.addHook('onRequest', async (request) => {
    // The best form first, whatever the order of the header.
    const encoding = preferredEncoding(request.headers['accept-encoding']);
    request.raw.headers['accept-encoding'] = encoding ?? 'identity';
  });
  app.addHook('onSend', async (request, reply) => {
    if (!String(reply.getHeader('content-type')).startsWith('text/html')) return;
    reply.headers(pageHeaders(settings, request.headers.host));
  });
  app.addHook('onSend', async (request, reply, payload) => compressed(request, reply, payload));
  const common = {
    preCompressed: true,
    cacheControl: false,
    dotfiles: 'ignore' as const,
  };
  await app.register(fastifyStatic, {
    ...common,
    root: settings.shellDir,
    prefix: '/',
    setHeaders: (response, file) => {
      response.setHeader('cache-control', shellCaching(pathBelow(settings.shellDir, file)));
      response.setHeader('vary', 'accept-encoding');
    },
  });
  await app.register(fastifyStatic, {
    ...common,
    root: settings.remotesDir,
    prefix: '/remotes/',
    decorateReply: false,
    setHeaders: (response, file) => {
      response.setHeader('cache-control', remoteCaching(pathBelow(settings.remotesDir, file)));
      response.setHeader('vary', 'accept-encoding');
      // Public code: a host of another origin may load it, with integrity.
      response.setHeader('access-control-allow-origin', '*');
    },
  });
}

/** What has no compressed form beside it, such as the registry, which changes by one atomic write. */
function compressed(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
  if (!(payload instanceof Readable) || reply.statusCode !== 200 || request.method === 'HEAD') {
    return payload;
  }
  const headers: OutgoingHttpHeaders = { ...(reply.getHeaders() as object) };
  const compressor = compressorFor(headers, request.headers['accept-encoding']);
  if (compressor === undefined) return payload;
  reply.headers(headers);
  for (const name of ['content-length', 'accept-ranges']) reply.removeHeader(name);
  return pipeline(payload, compressor, () => undefined);
}

/** Path below `root` with slashes, without the ending of a compressed form. */
function pathBelow(root: string, file: string): string {
  return file
    .slice(root.length)
    .split(sep)
    .filter(Boolean)
    .join('/')
    .replace(/\.(?:br|gz)$/, '');
}

const RESERVED = /^\/(?:api|profiles|grafana|remotes|healthz)(?:\/|$)/;

/**
 * What no route answers: a page's address gets the shell, which has its own routes; a missing file
 * or API gets 404.
 */
export function historyFallback(hints: PreloadHints, pages: AheadPages) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const [path = '/'] = request.raw.url?.split('?', 1) ?? [];
    const reading = request.method === 'GET' || request.method === 'HEAD';
    const isFile = /\.[^/]+$/.test(path);
    const wantsPage = /text\/html|\*\/\*/.test(request.headers.accept ?? '*/*');
    if (reading && wantsPage && !isFile && !RESERVED.test(path)) {
      const { link, ahead } = await hints.hintsFor(path);
      if (link !== undefined) reply.header('link', link);
      if (ahead === undefined) return reply.code(200).sendFile('index.html');
      reply.header('cache-control', REVALIDATE);
      return (await pages.with(ahead)).send(request, reply);
    }
    return sendProblem(reply, 404, { code: 'not_found', message: notFound(path, request.method) });
  };
}

/** @throws Error with a sentence when the shell has not been built */
export async function requireShell(shellDir: string): Promise<void> {
  const file = join(shellDir, 'index.html');
  await access(file).catch(() => {
    throw new Error(`${file} cannot be read: build the shell, or set SHELL_DIR.`);
  });
}

function notFound(path: string, method: string): string {
  if (path === '/remotes/registry.json') {
    return 'No remote has been published yet: publish one with tools/publish-remote.mjs.';
  }
  return `Nothing answers ${method} ${path}.`;
}
