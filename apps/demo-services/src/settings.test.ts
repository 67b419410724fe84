import { expect, it } from 'vitest';
import { CPU_SHARES, readDemoSettings, readRole } from './settings.ts';

it('has defaults for a laptop', () => {
  expect(readDemoSettings({})).toEqual({
    profilesUrl: undefined,
    backendUrl: 'http://127.0.0.1:8000',
    environment: 'development',
  });
});

it('reads the addresses', () => {
  const env = {
    PYROSCOPE_INGEST_URL: 'http://127.0.0.1:4040/',
    BACKEND_URL: 'http://backend:8000',
    ENVIRONMENT: 'staging',
  };
  expect(readDemoSettings(env)).toEqual({
    profilesUrl: 'http://127.0.0.1:4040',
    backendUrl: 'http://backend:8000',
    environment: 'staging',
  });
  expect(() => readDemoSettings({ BACKEND_URL: 'backend' })).toThrow('BACKEND_URL');
});

it('knows its roles', () => {
  expect(readRole('florence')).toBe('florence');
  expect(() => readRole('yolo')).toThrow(
    'Unknown demo service "yolo": expected one of rt-detr, nemotron, florence, driver.',
  );
  expect(() => readRole(undefined)).toThrow('Unknown demo service ""');
});

it('takes less than a quarter of a core altogether', () => {
  const sum = Object.values(CPU_SHARES).reduce((total, share) => total + share, 0);
  expect(sum).toBeLessThan(0.25);
});
