import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

describe('the settings', () => {
  it('have defaults for a laptop', () => {
    expect(readSettings({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      dataDir: '.data/backend',
      environment: 'development',
      grafanaUrl: '/grafana',
      pyroscopeUrl: 'http://localhost:4040',
      isPyroscopeExternal: false,
      ingestUrl: undefined,
      token: undefined,
      budgetMb: 8_000,
      threads: 1,
      modelPath: expect.stringMatching(/dist\/demo-models\/$/),
    });
  });

  it('open the external Pyroscope unless told otherwise', () => {
    const upstream = { PYROSCOPE_UPSTREAM: 'http://pyroscope:4040' };
    expect(readSettings(upstream).pyroscopeUrl).toBe('http://pyroscope:4040');
    expect(readSettings({ ...upstream, PYROSCOPE_URL: 'https://p.example.com' }).pyroscopeUrl).toBe(
      'https://p.example.com',
    );
  });

  it.each([
    [{ BACKEND_PORT: 'eighty' }, 'BACKEND_PORT'],
    [{ MODEL_ZOO_BUDGET_MB: '-1' }, 'MODEL_ZOO_BUDGET_MB'],
    [{ MODEL_ZOO_THREADS: '0' }, 'MODEL_ZOO_THREADS'],
    [{ JAEGER_URL: 'javascript:1' }, 'JAEGER_URL'],
    [{ IMAGE_LIMIT: 'big' }, 'IMAGE_LIMIT'],
  ])('that do not fit are named: %j', (env, setting) => {
    expect(() => readSettings(env)).toThrow(setting);
  });
});
