import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Address, get, HttpConnection } from './http-client.ts';

const MAIN = fileURLToPath(new URL('../../apps/profile-server/dist/main.mjs', import.meta.url));

/** The built profile server as a process of its own. */
export class ServerProcess implements Address {
  readonly host = '127.0.0.1';

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    /** From the start of the process to its first answer, milliseconds. */
    readonly startMs: number,
  ) {}

  static async start(
    directory: string,
    port: number,
    settings: Record<string, string> = {},
  ): Promise<ServerProcess> {
    if (!existsSync(MAIN)) {
      throw new Error('apps/profile-server is not built: run "npx nx build profile-server".');
    }
    const began = performance.now();
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PROFILE_SERVER_PORT: String(port),
        DATA_DIR: directory,
        RETENTION: 'off',
        RETENTION_SIZE: 'off',
        ...settings,
      },
    });
    while (performance.now() - began < 60_000) {
      const connection = await HttpConnection.open({ host: '127.0.0.1', port }).catch(
        () => undefined,
      );
      if (connection !== undefined) {
        const { status } = await connection.send(get('/ready'));
        connection.close();
        if (status === 200) return new ServerProcess(child, port, performance.now() - began);
      }
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    child.kill('SIGKILL');
    throw new Error('The profile server did not start within a minute.');
  }

  /** Ends the process and waits until it is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill(signal);
      await gone;
    }
  }

  /** One value of `/metrics`. */
  async metric(name: string): Promise<number> {
    const connection = await HttpConnection.open(this);
    const { body } = await connection.send(get('/metrics'));
    connection.close();
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(body.toString())?.[1] ?? NaN);
  }
}
