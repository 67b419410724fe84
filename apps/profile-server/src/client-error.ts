import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';

/** An error of Node's HTTP server about bytes that are no request it can read. */
export interface ClientError extends Error {
  readonly code?: string;
}

/** What HTTP/2's preface is to an HTTP/1 server. */
const HTTP_2 = 'HPE_PAUSED_H2_UPGRADE';
const GONE = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Answers a connection whose bytes are no HTTP request. There is no request yet, so no hook and no
 * error handler sees it: the answer is written to the socket as it is. Gives false when nobody is
 * there to read it.
 */
export function answerClientError(error: ClientError, socket: Socket): boolean {
  if (GONE.has(error.code ?? '') || socket.destroyed || !socket.writable) {
    socket.destroy();
    return false;
  }
  const { status, message } = describe(error);
  const body = JSON.stringify({ code: 'invalid_argument', message });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    // A client that does not close its side would keep the connection, and a stop waits for it.
    () => socket.destroy(),
  );
  return true;
}

function describe({ code, message }: ClientError): { status: number; message: string } {
  switch (code) {
    case HTTP_2:
      return {
        status: 400,
        message:
          'HTTP/2, and with it gRPC, is not supported; use HTTP/1.1 with the Connect protocol.',
      };
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, message: 'The headers of the request are larger than 16 KB.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, message: 'The request did not arrive within a minute.' };
    default:
      return { status: 400, message: `This is no HTTP request: ${message}.` };
  }
}
