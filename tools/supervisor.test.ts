import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freePorts, isFree } from './free-port.mjs';
import { Supervisor } from './supervisor.mjs';

const MODULE = join(import.meta.dirname, 'fixtures/child.mjs');
const plan = (what: string) => ({ name: 'child', module: MODULE, args: [what], port: '', env: {} });

let logs: string;
let said: string[];
let supervisor: Supervisor;

beforeEach(() => {
  logs = mkdtempSync(join(tmpdir(), 'hsi-supervisor-'));
  said = [];
  supervisor = new Supervisor({ logs, say: (text: string) => said.push(text) });
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(logs, { recursive: true, force: true });
});

const pids = () =>
  [...readFileSync(join(logs, 'child.log'), 'utf8').matchAll(/started (\d+)/g)].map(([, pid]) =>
    Number(pid),
  );
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('the supervisor', () => {
  it('stops what it started', async () => {
    await supervisor.start(plan('ready'));
    await vi.waitFor(() => expect(pids()).toHaveLength(1));
    await supervisor.stop();
    expect(pids().filter(isAlive)).toEqual([]);
  });

  it('passes on why a process could not start', async () => {
    await expect(supervisor.start(plan('fail'))).rejects.toThrow('child: Port 1 is taken.');
  });

  it('says where the output of a process is that ended at once', async () => {
    await expect(supervisor.start(plan('end'))).rejects.toThrow(
      `child ended at once (code 3): ${join(logs, 'child.log')}`,
    );
  });

  it('gives up on a process that is never ready', async () => {
    await expect(supervisor.start(plan('silent'), 50)).rejects.toThrow(
      'was not ready after 0.05 s',
    );
    supervisor.kill();
  });

  it('starts a process again that ended unexpectedly, and says so', async () => {
    await supervisor.start(plan('ready'));
    await vi.waitFor(() => expect(pids()).toHaveLength(1));
    process.kill(pids()[0]!, 'SIGKILL');
    await vi.waitFor(() => expect(pids()).toHaveLength(2), { timeout: 10_000 });
    expect(said[0]).toContain('child ended unexpectedly (SIGKILL); starting it again');
    expect(isAlive(pids()[1]!)).toBe(true);
  });
});

describe('ports', () => {
  it('that are free are told from taken ones', async () => {
    const [port] = (await freePorts(1)) as [number];
    expect(await isFree('127.0.0.1', port)).toBe(true);
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isFree('127.0.0.1', port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
  });

  it('are all different', async () => {
    expect(new Set(await freePorts(5)).size).toBe(5);
  });
});
