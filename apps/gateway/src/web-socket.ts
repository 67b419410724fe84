import http, { type IncomingMessage } from 'node:http';
import { type Duplex } from 'node:stream';
import { climbs, type Connections, type Limits, targetUrl, upstreamError } from './forward.ts';
import { GatewayError } from './problem.ts';
import { isOwnOrigin, upstreamHeaders } from './proxy-headers.ts';
import { type Upstream } from './settings.ts';

/** Grafana's live channel, the only WebSocket that the gateway passes on. */
const LIVE = /^\/grafana\/api\/live\//;

/**
 * Passes WebSocket connections on: the handshake goes to the upstream as it is, and after its 101
 * bytes go both ways. Returns what closes all of them.
 */
export function passWebSockets(
  server: http.Server,
  connections: Connections,
  grafana: Upstream | undefined,
  limits: Limits,
  log: (line: { path: string; status: number }) => void,
): () => void {
  const open = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    const [path = ''] = (request.url ?? '').split('?', 1);
    const end = (error: GatewayError) => {
      log({ path, status: error.statusCode });
      refuse(socket, error);
    };
    const refusal = refusalOf(request, grafana);
    if (refusal !== undefined || grafana === undefined) end(refusal ?? NO_GRAFANA);
    else tunnel(connections, grafana, limits, { request, socket, head, end });
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}

const NO_GRAFANA = new GatewayError(
  503,
  'grafana_not_configured',
  'No Grafana is configured. Set GRAFANA_UPSTREAM.',
);

function refusalOf(request: IncomingMessage, grafana: Upstream | undefined) {
  const url = request.url ?? '';
  if (!LIVE.test(url) || climbs(url)) {
    return new GatewayError(404, 'not_found', 'There is no WebSocket here.');
  }
  if (grafana === undefined) return NO_GRAFANA;
  const { origin, host } = request.headers;
  // A WebSocket has no same-origin policy of its own: without this any page could use the session.
  if (origin !== undefined && !isOwnOrigin(origin, host)) {
    return new GatewayError(403, 'permission_denied', 'The page is of another origin.');
  }
  return undefined;
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly end: (error: GatewayError) => void;
}

function tunnel(
  connections: Connections,
  upstream: Upstream,
  limits: Limits,
  { request, socket, head, end }: Handshake,
): void {
  const outgoing = connections.open(targetUrl(upstream, request.url ?? '/'), {
    method: 'GET',
    headers: {
      ...upstreamHeaders(upstream, {
        headers: request.headers,
        remoteAddress: request.socket.remoteAddress,
        protocol: 'http',
        id: String(request.headers['x-request-id'] ?? ''),
      }),
      connection: 'Upgrade',
      upgrade: 'websocket',
    },
  });
  const timer = setTimeout(
    () => outgoing.destroy(new Error(`no handshake within ${limits.connect / 1_000} s`)),
    limits.connect,
  );
  socket.once('close', () => outgoing.destroy());
  outgoing.once('upgrade', (answer, upstreamSocket, upstreamHead) => {
    clearTimeout(timer);
    socket.write(headOf(answer));
    if (upstreamHead.length > 0) socket.write(upstreamHead);
    if (head.length > 0) upstreamSocket.write(head);
    upstreamSocket.pipe(socket).pipe(upstreamSocket);
    upstreamSocket.on('error', () => socket.destroy());
    upstreamSocket.once('close', () => socket.destroy());
    socket.once('close', () => upstreamSocket.destroy());
  });
  outgoing.once('response', (answer) => {
    clearTimeout(timer);
    answer.resume();
    const status = answer.statusCode ?? 502;
    end(new GatewayError(status, 'unavailable', `${upstream.title} refused the WebSocket.`));
  });
  outgoing.once('error', (error) => {
    clearTimeout(timer);
    if (!socket.destroyed) end(upstreamError(upstream, error));
  });
  outgoing.end();
}

/** Status line and headers as the upstream wrote them. */
function headOf(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    lines.push(`${answer.rawHeaders[index]}: ${answer.rawHeaders[index + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function refuse(socket: Duplex, error: GatewayError): void {
  const body = JSON.stringify({ code: error.code, message: error.message });
  const lines = [
    `HTTP/1.1 ${error.statusCode} ${http.STATUS_CODES[error.statusCode] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
