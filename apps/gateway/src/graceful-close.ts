import { type IncomingMessage, type Server } from 'node:http';
import { type Socket } from 'node:net';

/**
 * Lets a server close soon. Node waits for connections without a request yet, which browsers open
 * in advance, and for answers without an end: the first are closed at once, the others after
 * `graceMs`. Returns what to call before the server closes.
 */
export function closeSoon(server: Server, graceMs: number): () => void {
  const unused = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request: IncomingMessage) => unused.delete(request.socket));
  return () => {
    for (const socket of unused) socket.destroy();
    setTimeout(() => server.closeAllConnections(), graceMs).unref();
  };
}
