import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../tools/free-port.mjs';

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 15_000;

export interface StackOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
}

/** A running `npm start` on ports and a data folder of its own. */
export interface Stack {
  /** Origin of the gateway, without a trailing slash. */
  readonly url: string;
  readonly profileServerUrl: string;
  readonly backendUrl: string;
  readonly dataDir: string;
  readonly ports: { readonly gateway: number; readonly profiles: number; readonly backend: number };
  /** The launcher's process id. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the launcher on what is already built, and resolves when it prints the URL. */
export async function startStack({ env = {}, flags = [] }: StackOptions = {}): Promise<Stack> {
  const [gateway, profiles, backend] = (await freePorts(3)) as [number, number, number];
  const dataDir = mkdtempSync(join(tmpdir(), 'hsi-e2e-'));
  const child = spawn(process.execPath, [join(ROOT, 'tools/start.mjs'), ...flags], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HSI_SKIP_BUILD: '1',
      GATEWAY_PORT: String(gateway),
      PROFILE_SERVER_PORT: String(profiles),
      BACKEND_PORT: String(backend),
      DATA_DIR: dataDir,
      ENVIRONMENT: 'e2e',
      ...env,
    },
  });
  await readyLine(child);
  return {
    url: `http://127.0.0.1:${gateway}`,
    profileServerUrl: `http://127.0.0.1:${profiles}`,
    backendUrl: `http://127.0.0.1:${backend}`,
    dataDir,
    ports: { gateway, profiles, backend },
    pid: child.pid!,
    stop: async () => {
      await stopProcess(child);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function readyLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => fail('was not ready in time'), START_LIMIT_MS);
    const fail = (what: string) => {
      clearTimeout(timer);
      child.kill('SIGTERM');
      reject(new Error(`npm start ${what}:\n${output}`));
    };
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('HSI Profiling is ready:')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
}

/** SIGTERM, then SIGKILL when that does not end it in time. */
export function stopProcess(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** Resolves when `condition` holds; fails with `what` after `limitMs`. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  limitMs = 60_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error(`Waited ${limitMs / 1000} s in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
