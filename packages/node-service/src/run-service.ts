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

/**
 * Runs a service until SIGTERM, SIGINT or the end of the parent process (the IPC channel closes
 * when the parent dies, however it dies, so that no process is left behind).
 *
 * A start that fails prints one sentence, tells the parent, and exits with 1.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  let service: RunningService | undefined;
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), options.closeLimitMs ?? 5_000).unref();
    await service?.close().catch((error: unknown) => {
      process.stderr.write(`${options.name}: closing failed: ${sentence(error)}\n`);
    });
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
  process.on('disconnect', () => void stop());

  try {
    service = await options.start();
    tell({ type: 'ready' });
  } catch (error) {
    const message = startFailure(options, error);
    process.stderr.write(`${options.name}: ${message}\n`);
    tell({ type: 'failed', message });
    process.exitCode = 1;
    if (process.connected) process.disconnect();
    setTimeout(() => process.exit(1), 500).unref();
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

function tell(message: ServiceMessage): void {
  if (process.send !== undefined && process.connected) process.send(message);
}
