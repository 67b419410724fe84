import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { type FastifyInstance } from 'fastify';
import { type AccessLine, buildApp } from '../app.ts';
import { type Limits } from '../forward.ts';
import { type GatewaySettings, readGatewaySettings } from '../settings.ts';

/** What the shell and one published remote look like on disk. */
const FILES: Readonly<Record<string, string>> = {
  'shell/index.html': '<!doctype html><div id="root"></div>',
  'shell/main.0a1b2c3d4e5f.js': `console.log("${'shell '.repeat(200)}");`,
  'shell/favicon.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
  'shell/.secret': 'a dot file',
  'remotes/registry.json': '{"schema":1,"remotes":{}}',
  'remotes/profiling/1.0.0-abc/mf-manifest.json': '{"id":"profiling_remote"}',
  'remotes/profiling/1.0.0-abc/remoteEntry.js': 'var profiling_remote = {};',
  'remotes/profiling/1.0.0-abc/css/page.css': '.pf-x{color:#76b900}',
  'secret.txt': 'outside of every root',
};

const cleanups: (() => Promise<void> | void)[] = [];

/** Ends what the test started. */
export async function close(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export interface TestGateway {
  readonly app: FastifyInstance;
  readonly folder: string;
  readonly log: AccessLine[];
  /** Listens on a free port. */
  listen(): Promise<string>;
}

/** A gateway over files in a temporary folder; `env` holds its settings. */
export async function gateway(
  env: Record<string, string> = {},
  limits: Partial<Limits> = {},
): Promise<TestGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(FILES)) write(join(folder, path), text);
  const settings: GatewaySettings = readGatewaySettings({
    SHELL_DIR: join(folder, 'shell'),
    REMOTES_DIR: join(folder, 'remotes'),
    ...env,
  });
  const log: AccessLine[] = [];
  const app = await buildApp({ settings, limits, log: (line) => log.push(line) });
  cleanups.push(() => app.close());
  return {
    app,
    folder,
    log,
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
  };
}

/** Writes a file and, for long ones, its compressed forms, as the build does. */
function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  if (text.length < 512) return;
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text));
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A real server that notes what it is asked; `answer` writes the response. */
export async function upstreamServer(
  answer: (request: Seen, response: ServerResponse) => void = (_request, response) =>
    response.setHeader('content-type', 'application/json').end('{"ok":true}'),
) {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString() };
      seen.push(entry);
      answer(entry, response);
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      // `closeAllConnections` leaves upgraded ones.
      for (const socket of sockets) socket.destroy();
    });
  cleanups.push(stop);
  const { port } = server.address() as AddressInfo;
  return { server, seen, stop, url: `http://127.0.0.1:${port}` };
}
