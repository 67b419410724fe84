import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { escapeHtml } from '@hsi/node-service';
import { AHEAD_ATTRIBUTE } from '@hsi/remote-contract';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CachedFile } from './cached-file.ts';
import { preferredEncoding } from './compression.ts';

/** The `ahead` script of a route's remote (`remote-contract`), as the page's element names it. */
export interface AheadScript {
  readonly href: string;
  readonly integrity: string;
  /** The text of its `data-ahead`. */
  readonly context: string;
}

/**
 * The shell's page with the `ahead` script of its route's remote in it, so that the first data is
 * asked for before the shell itself runs. It is made and compressed once for each script.
 */
export class AheadPages {
  readonly #shell: CachedFile<string>;
  #latest: Page | undefined;

  constructor(shellDir: string) {
    this.#shell = new CachedFile(join(shellDir, 'index.html'), (html) => Promise.resolve(html));
  }

  async with(script: AheadScript): Promise<Page> {
    const html = insert(await this.#shell.get(), elementOf(script));
    if (this.#latest?.html !== html) this.#latest = new Page(html);
    return this.#latest;
  }
}

function elementOf({ href, integrity, context }: AheadScript): string {
  const attributes = {
    src: href,
    integrity,
    crossorigin: 'anonymous',
    fetchpriority: 'high',
    [AHEAD_ATTRIBUTE]: context,
  };
  const text = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeHtml(value)}"`);
  return `<script async${text.join('')}></script>`;
}

/** Before the shell's own scripts: it waits for none of them. */
function insert(html: string, script: string): string {
  const at = html.search(/<script\b|<body\b/i);
  return at < 0 ? html : html.slice(0, at) + script + html.slice(at);
}

/** A page in every form that a browser may ask for. */
class Page {
  readonly #forms: Readonly<Record<'br' | 'gzip' | 'identity', Buffer>>;
  readonly #etag: string;

  constructor(readonly html: string) {
    const identity = Buffer.from(html);
    this.#forms = { identity, br: brotliCompressSync(identity), gzip: gzipSync(identity) };
    this.#etag = `W/"${createHash('sha256').update(identity).digest('base64url')}"`;
  }

  send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.headers({ etag: this.#etag, vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === this.#etag) return reply.code(304).send();
    const encoding = preferredEncoding(request.headers['accept-encoding']);
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    return reply
      .code(200)
      .type('text/html; charset=utf-8')
      .send(this.#forms[encoding ?? 'identity']);
  }
}
