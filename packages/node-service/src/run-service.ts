/** A started service. */
export interface RunningService {
  /** Ends all work in order; the process exits when it resolves. */
  close(): Promise<void>;
}

export interface ServiceOptions {
  readonly name: string;
  /** The setting that holds the port, to name it when the port is taken. */
  readonly portSetting?: string;
  /** Starts listening; resolves when requests are answered. */
  start(): Promise<RunningService>;
  /** Milliseconds that `close` may take before the process exits anyway. */
  readonly closeLimitMs?: number;
}

/** What a service tells the process that started it, over Node's IPC channel. */
export type ServiceMessage =
  { readonly type: 'ready' } | { readonly type: 'failed'; readonly message: string };

/** The part of Node's `process` that running a service needs. */
export interface ProcessHost {
  on(event: 'SIGTERM' | 'SIGINT' | 'disconnect', listener: () => void): unknown;
  exit(code: number): void;
  readonly connected: boolean;
  readonly stderr: { write(text: string): unknown };
  send?(message: ServiceMessage, sent: () => void): unknown;
}

const CLOSE_LIMIT_MS = 5_000;

/**
 * Runs a service until SIGTERM, SIGINT or the end of the parent process (the IPC channel closes
 * when the parent dies, however it dies, so that no process is left behind).
 *
 * A start that fails prints one sentence, tells the parent, and exits with 1.
 */
export async function runService(
  options: ServiceOptions,
  host: ProcessHost = process as ProcessHost,
): Promise<void> {
  let service: RunningService | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    const limit = setTimeout(() => host.exit(1), options.closeLimitMs ?? CLOSE_LIMIT_MS);
    await service?.close().catch((error: unknown) => {
      host.stderr.write(`${options.name}: closing failed: ${sentence(error)}\n`);
    });
    clearTimeout(limit);
    host.exit(0);
  };
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
    host.on(event, () => void stop());
  }

  try {
    service = await options.start();
    await tell(host, { type: 'ready' });
  } catch (error) {
    const message = startFailure(options, error);
    host.stderr.write(`${options.name}: ${message}\n`);
    await tell(host, { type: 'failed', message });
    host.exit(1);
  }
}

/** One sentence on why a service could not start; a taken port names the port and its setting. */
export function startFailure(
  options: Pick<ServiceOptions, 'name' | 'portSetting'>,
  error: unknown,
): string {
  if (isErrno(error) && error.code === 'EADDRINUSE') {
    const port = error.port === undefined ? 'Its port' : `Port ${error.port}`;
    const advice = options.portSetting ? ` Set ${options.portSetting} to a free one.` : '';
    return `${port} is taken by another program.${advice}`;
  }
  if (isErrno(error) && error.code === 'EACCES' && error.port !== undefined) {
    return `Port ${error.port} needs rights that this user lacks. Set ${options.portSetting} to one above 1023.`;
  }
  return sentence(error);
}

function isErrno(error: unknown): error is NodeJS.ErrnoException & { port?: number } {
  return error instanceof Error && 'code' in error;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Resolves when the message is on its way, so that an exit does not lose it. */
function tell(host: ProcessHost, message: ServiceMessage): Promise<void> {
  return new Promise((resolve) => {
    if (host.send === undefined || !host.connected) return resolve();
    host.send(message, () => resolve());
  });
}
