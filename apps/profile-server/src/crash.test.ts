import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { PyroscopeClient } from '@hsi/pyroscope-api';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** Rounds of load and `kill -9`; `CRASH_ROUNDS=20` for the long run. */
const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 2);
const WRITERS = 24;
const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';

let directory: string;
let main: string;
let port: number;
let child: ChildProcess | undefined;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'profile-crash-'));
  // Beside the sources, so that it finds the dependencies.
  main = fileURLToPath(new URL(`../node_modules/.crash-${process.pid}.mjs`, import.meta.url));
  port = await freePort();
  await build({
    entryPoints: [fileURLToPath(new URL('./main.ts', import.meta.url))],
    outfile: main,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['source'],
    external: ['@duckdb/*', 'fastify'],
    logLevel: 'silent',
  });
});
afterAll(async () => {
  child?.kill('SIGKILL');
  await rm(directory, { recursive: true, force: true });
  if (existsSync(main)) await rm(main);
});

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

async function start(): Promise<void> {
  child = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: {
      ...process.env,
      PROFILE_SERVER_PORT: String(port),
      DATA_DIR: directory,
      RETENTION: 'off',
      MAINTENANCE_SECONDS: '1',
    },
  });
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/ready`).then(
          ({ status }) => status,
          () => 0,
        ),
      {
        timeout: 20_000,
        interval: 20,
      },
    )
    .toBe(200);
}

async function crash(): Promise<void> {
  const gone = new Promise((resolve) => child!.once('exit', resolve));
  child!.kill('SIGKILL');
  await gone;
}

test(
  `no acknowledged profile is lost in ${ROUNDS} crashes under load`,
  { timeout: 60_000 + ROUNDS * 10_000 },
  async () => {
    const acknowledged = new Set<string>();
    /** Sent without an answer: may be there or not, but whole. */
    const unknown = new Set<string>();
    let counter = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await start();
      let isRunning = true;
      const writers = Array.from({ length: WRITERS }, async () => {
        while (isRunning) {
          const name = `profile${counter++}`;
          const answer = await fetch(
            `http://127.0.0.1:${port}/ingest?format=folded&name=crash&sampleRate=1000000000&from=${1_795_397_600 + (counter % 50)}`,
            { method: 'POST', body: `main;${name};first 3\nmain;${name};second 4\n` },
          ).catch(() => undefined);
          if (answer?.status === 200) acknowledged.add(name);
          else unknown.add(name);
        }
      });
      // Not a wait for something: the crash comes at a random moment of the load.
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 600));
      await crash();
      isRunning = false;
      await Promise.all(writers);
    }

    await start();
    const tree = await new PyroscopeClient({
      baseUrl: `http://127.0.0.1:${port}`,
    }).selectMergeStacktraces({
      profileTypeId: TYPE,
      matchers: [{ name: 'service_name', operator: '=', value: 'crash' }],
      from: 1_795_390_000_000,
      to: 1_795_400_000_000,
      maxNodes: 1_000_000,
    });
    const totals = new Map<string, number>();
    for (let node = 0; node < tree.name.length; node++) {
      totals.set(tree.names[tree.name[node]!]!, tree.total[node]!);
    }
    const lost = [...acknowledged].filter((name) => totals.get(name) !== 7);
    const broken = [...unknown].filter((name) => ![undefined, 7].includes(totals.get(name)));
    await crash();
    expect(acknowledged.size).toBeGreaterThan(20 * ROUNDS);
    expect([lost, broken]).toEqual([[], []]);
  },
);
