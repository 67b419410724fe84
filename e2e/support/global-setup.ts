import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { freePorts } from '../../tools/free-port.mjs';
import { startGrafanaDouble } from '../doubles/grafana.ts';
import { startStack, stopProcess, until } from './stack.ts';

const ROOT = join(import.meta.dirname, '../..');
const SERVICES = ['nemotron-backend', 'rt-detr', 'nemotron', 'florence'];

/**
 * Builds, then starts: the stack with its demo services; a second gateway and backend that read the
 * same profiles and have a Grafana; the remote's own dev server in front of each. The addresses
 * reach the tests as environment variables (`support/addresses.ts`).
 */
export default async function globalSetup(): Promise<() => Promise<void>> {
  if (process.env.HSI_SKIP_BUILD !== '1') build();
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    const stack = await startStack();
    stops.push(stack.stop);

    const grafana = process.env.E2E_GRAFANA_URL ?? (await grafanaDouble(stops));
    const withGrafana = await startStack({
      flags: ['--no-demo'],
      env: { GRAFANA_UPSTREAM: grafana, PYROSCOPE_UPSTREAM: stack.profileServerUrl },
    });
    stops.push(withGrafana.stop);

    process.env.E2E_URL = stack.url;
    process.env.E2E_PROFILES_URL = stack.profileServerUrl;
    process.env.E2E_GRAFANA_STACK_URL = withGrafana.url;
    process.env.E2E_STANDALONE_URL = await startDevServer(stack.url, stops);
    process.env.E2E_STANDALONE_GRAFANA_URL = await startDevServer(withGrafana.url, stops);
    await until('profiles of all four services', () => haveProfiles(stack.profileServerUrl));
  } catch (error) {
    await stopAll();
    throw error;
  }
  return stopAll;
}

function build(): void {
  const nx = join(ROOT, 'node_modules/nx/dist/bin/nx.js');
  execFileSync(process.execPath, [nx, 'run-many', '-t', 'build'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NX_DAEMON: 'false' },
  });
}

async function grafanaDouble(stops: (() => Promise<void>)[]): Promise<string> {
  const [port] = (await freePorts(1)) as [number];
  const double = await startGrafanaDouble({ port, setting: 'anonymous embedding allowed' });
  stops.push(() => double.close());
  process.env.E2E_GRAFANA_DOUBLE_URL = double.url;
  return new URL(double.url).origin;
}

async function startDevServer(gateway: string, stops: (() => Promise<void>)[]): Promise<string> {
  const [port] = (await freePorts(1)) as [number];
  const rspack = join(ROOT, 'node_modules/@rspack/cli/bin/rspack.js');
  const child = spawn(process.execPath, [rspack, 'dev', '--port', String(port)], {
    cwd: join(ROOT, 'apps/profiling-remote'),
    stdio: 'ignore',
    env: { ...process.env, GATEWAY_URL: gateway, PORT: String(port) },
  });
  stops.push(() => stopProcess(child));
  const url = `http://127.0.0.1:${port}`;
  await until('the dev server', async () => (await fetch(`${url}/pyroscope`)).ok, 90_000);
  return url;
}

async function haveProfiles(profileServer: string): Promise<boolean> {
  const now = Date.now();
  const response = await fetch(`${profileServer}/querier.v1.QuerierService/LabelValues`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'service_name', start: now - 3_600_000, end: now }),
  });
  const { names = [] } = (await response.json()) as { names?: string[] };
  return SERVICES.every((service) => names.includes(service));
}
