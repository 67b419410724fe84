import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSettings, helpText, planProcesses, readSettings, SETTINGS } from './settings.mjs';

const WHERE = { root: '/app', dataDir: '/data', demo: true };

function plan(env: Record<string, string>, where = WHERE) {
  const plans = planProcesses(readSettings(env), where);
  return Object.fromEntries(plans.map((process) => [process.name, process.env]));
}

describe('settings of npm start', () => {
  it('are all in the help and in the README, with their defaults', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    for (const { name, default: value } of SETTINGS) {
      expect(helpText()).toContain(name);
      const row = readme.split('\n').find((line) => line.includes(`\`${name}\``));
      expect(row, `README row of ${name}`).toBeDefined();
      if (/^[\w./]+$/.test(value)) expect(row).toContain(value);
    }
  });

  it.each([
    [{ GATEWAY_PORT: 'x' }, 'GATEWAY_PORT is "x": expected a port between 1 and 65535.'],
    [{ BACKEND_PORT: '70000' }, 'BACKEND_PORT is "70000": expected a port between 1 and 65535.'],
    [{ BACKEND_PORT: '8080' }, 'BACKEND_PORT and GATEWAY_PORT are both 8080.'],
    [
      { GRAFANA_UPSTREAM: 'grafana:3000' },
      'GRAFANA_UPSTREAM is "grafana:3000": expected an http or https URL.',
    ],
  ])('refuse %j', (env, problem) => {
    expect(checkSettings(readSettings(env))).toContain(problem);
  });

  it('are fine by default', () => {
    expect(checkSettings(readSettings({}))).toEqual([]);
  });
});

describe('processes', () => {
  it('are the servers and the demo services by default', () => {
    expect(Object.keys(plan({}))).toEqual([
      'profile-server',
      'backend',
      'gateway',
      'demo-rt-detr',
      'demo-nemotron',
      'demo-florence',
      'demo-driver',
    ]);
  });

  it('read and push at the embedded profile server by default', () => {
    const { gateway, backend } = plan({});
    expect(gateway?.PYROSCOPE_UPSTREAM).toBe('http://127.0.0.1:4040');
    expect(backend?.PYROSCOPE_INGEST_URL).toBe('http://127.0.0.1:4040');
    expect(backend?.PYROSCOPE_URL).toBe('http://127.0.0.1:4040');
    expect(backend?.HSI_DEMO).toBe('1');
  });

  it('use a real Pyroscope for both when one address is set', () => {
    const processes = plan({ PYROSCOPE_UPSTREAM: 'http://pyro:4040' });
    expect(processes['profile-server']).toBeUndefined();
    expect(processes['gateway']?.PYROSCOPE_UPSTREAM).toBe('http://pyro:4040');
    expect(processes['demo-nemotron']?.PYROSCOPE_INGEST_URL).toBe('http://pyro:4040');
  });

  it('keep the embedded server when something still pushes there', () => {
    const processes = plan({
      PYROSCOPE_UPSTREAM: 'http://pyro:4040',
      PYROSCOPE_INGEST_URL: 'http://127.0.0.1:4040',
    });
    expect(processes['profile-server']).toBeDefined();
  });

  it('leave the backend out when it runs elsewhere', () => {
    const processes = plan({ BACKEND_UPSTREAM: 'http://backend:8000' });
    expect(processes['backend']).toBeUndefined();
    expect(processes['gateway']?.BACKEND_UPSTREAM).toBe('http://backend:8000');
  });

  it('reach each other by loopback when bound to every address', () => {
    const { gateway } = plan({ HOST: '0.0.0.0' });
    expect(gateway?.HOST).toBe('0.0.0.0');
    expect(gateway?.BACKEND_UPSTREAM).toBe('http://127.0.0.1:8000');
  });

  it('have no demo services without demo', () => {
    const processes = plan({}, { ...WHERE, demo: false });
    expect(Object.keys(processes)).toEqual(['profile-server', 'backend', 'gateway']);
    expect(processes['backend']?.HSI_DEMO).toBe('');
  });
});
