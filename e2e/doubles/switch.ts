import { connect, createServer, type Socket } from 'node:net';

/** A wire between two programs that a test can cut. */
export interface Switch {
  /** Where to connect instead of the target; no path. */
  readonly url: string;
  /** Closes what is open and refuses what comes, as if the target had been killed. */
  cut(): void;
  restore(): void;
  close(): Promise<void>;
}

/** Passes bytes on to the host and port of `target`, on 127.0.0.1 and a free port. */
export async function startSwitch(target: string): Promise<Switch> {
  const { hostname, port, protocol } = new URL(target);
  if (protocol !== 'http:') throw new Error(`A switch passes on plain http, not ${target}.`);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((incoming) => {
    if (isCut) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(Number(port || 80), hostname);
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  const destroyAll = () => open.forEach((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The switch has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut() {
      isCut = true;
      destroyAll();
    },
    restore() {
      isCut = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        destroyAll();
      }),
  };
}
