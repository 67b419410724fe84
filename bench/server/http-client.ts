import { connect, type Socket } from 'node:net';

/** Where a server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An answer of the server under test. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/**
 * One kept-alive HTTP connection that costs little: requests are written as prepared bytes, so
 * that what is measured is the server and not the client.
 */
export class HttpConnection {
  private received: Buffer = Buffer.alloc(0);
  private waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.waiting?.reject(error));
    socket.on('close', () => this.waiting?.reject(new Error('the server closed the connection')));
  }

  static open({ host, port }: Address): Promise<HttpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => resolve(new HttpConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.socket.write(request);
    });
  }

  close(): void {
    this.waiting = undefined;
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
    const headersEnd = this.received.indexOf('\r\n\r\n');
    if (headersEnd < 0) return;
    const head = this.received.toString('latin1', 0, headersEnd);
    const found = /transfer-encoding: *chunked/i.test(head)
      ? readChunks(this.received, headersEnd + 4)
      : readSized(this.received, headersEnd + 4, head);
    if (found === undefined) return;
    const { body, end } = found;
    const answer = { status: Number(head.slice(9, 12)), body };
    this.received = this.received.subarray(end);
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.resolve(answer);
  }
}

interface Body {
  readonly body: Buffer;
  /** Where the next answer begins. */
  readonly end: number;
}

/** Undefined while the body is not complete. */
function readSized(received: Buffer, start: number, head: string): Body | undefined {
  const end = start + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  return received.length < end ? undefined : { body: received.subarray(start, end), end };
}

/** Servers written in Go send large answers in chunks. */
function readChunks(received: Buffer, start: number): Body | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const line = received.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(received.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (!(received.length >= end)) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), end };
    chunks.push(received.subarray(line + 2, line + 2 + size));
    at = end;
  }
}

/** The bytes of a POST request. */
export function post(path: string, contentType: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: bench\r\nContent-Type: ${contentType}\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    ),
    bytes,
  ]);
}

export function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
}
