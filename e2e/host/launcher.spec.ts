import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '../support/test.ts';
import { startStack, until } from '../support/stack.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Processes of this project that belong to the data folder of one stack. */
function processesOf(dataDir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DATA_DIR=${dataDir}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test.describe('npm start', () => {
  test('leaves no process behind after SIGTERM', async () => {
    const stack = await startStack();
    expect(processesOf(stack.dataDir).length).toBeGreaterThan(3);
    await stack.stop();
    await until('all processes ended', async () => processesOf(stack.dataDir).length === 0, 10_000);
  });

  test('leaves no process behind when it is killed', async () => {
    const stack = await startStack({ flags: ['--no-demo'] });
    process.kill(stack.pid, 'SIGKILL');
    await until('all processes ended', async () => processesOf(stack.dataDir).length === 0, 15_000);
    await stack.stop();
  });

  test('passes SIGTERM from npm on to everything', async () => {
    const { freePorts } = await import('../../tools/free-port.mjs');
    const [gateway, profiles, backend] = (await freePorts(3)) as [number, number, number];
    const dataDir = `/tmp/hsi-e2e-npm-${process.pid}`;
    const npm = spawn('npm', ['start', '--', '--no-demo'], {
      cwd: ROOT,
      stdio: 'ignore',
      env: {
        ...process.env,
        HSI_SKIP_BUILD: '1',
        DATA_DIR: dataDir,
        GATEWAY_PORT: String(gateway),
        PROFILE_SERVER_PORT: String(profiles),
        BACKEND_PORT: String(backend),
      },
    });
    const healthy = async () => (await fetch(`http://127.0.0.1:${gateway}/healthz`)).ok;
    await until('the gateway answers', healthy);
    npm.kill('SIGTERM');
    await until('all processes ended', async () => processesOf(dataDir).length === 0, 15_000);
  });

  test('names a taken port and the setting that changes it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    await expect(startStack({ env: { BACKEND_PORT: port } })).rejects.toThrow(
      `Port ${port} (backend) is taken by another program. Set BACKEND_PORT to a free one`,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  test('starts a process again that was killed', async () => {
    const stack = await startStack({ flags: ['--no-demo'] });
    const isReady = async () => (await fetch(`${stack.profileServerUrl}/ready`)).ok;
    const serverPid = processesOf(stack.dataDir).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('profile-server'),
    );
    process.kill(serverPid!, 'SIGKILL');
    await until('it is gone', async () => !(await isReady().catch(() => false)), 5_000);
    await until('the profile server is back', isReady, 20_000);
    await stack.stop();
  });
});
