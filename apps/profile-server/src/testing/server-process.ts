import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect } from 'vitest';

/** The server as a process of its own, built from the sources, over one data directory. */
export class ServerProcess {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly main: string,
    private readonly directory: string,
    private readonly port: number,
  ) {}

  static async build(directory: string): Promise<ServerProcess> {
    // Beside the sources, so that it finds the dependencies.
    const path = `../../node_modules/.crash-${process.pid}.mjs`;
    const main = fileURLToPath(new URL(path, import.meta.url));
    await build({
      entryPoints: [fileURLToPath(new URL('../main.ts', import.meta.url))],
      outfile: main,
      bundle: true,
      format: 'esm',
      platform: 'node',
      conditions: ['source'],
      external: ['@duckdb/*', 'fastify'],
      logLevel: 'silent',
    });
    return new ServerProcess(main, directory, await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it is ready. */
  async start(settings: Readonly<Record<string, string>>): Promise<void> {
    this.child = spawn(process.execPath, [this.main], {
      stdio: 'ignore',
      env: {
        ...process.env,
        PROFILE_SERVER_PORT: String(this.port),
        DATA_DIR: this.directory,
        ...settings,
      },
    });
    const status = () =>
      fetch(`${this.url}/ready`).then(
        (answer) => answer.status,
        () => 0,
      );
    await expect.poll(status, { timeout: 20_000, interval: 20 }).toBe(200);
  }

  /** `kill -9`; resolves when the process is gone. */
  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.main, { force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : 0),
      );
    });
  });
}
