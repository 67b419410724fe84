import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('the defaults', () => {
  expect(readSettings({})).toMatchObject({
    host: '127.0.0.1',
    port: 4040,
    directory: '.data/profiles',
    retentionMs: 15 * 86_400_000,
    retentionBytes: 2e9,
    ingestToken: undefined,
    concurrentIngests: 1_000,
  });
});

test('retention can be off', () => {
  const settings = readSettings({ RETENTION: 'off', RETENTION_SIZE: 'off', DATA_DIR: '/data' });
  expect(settings).toMatchObject({
    retentionMs: undefined,
    retentionBytes: undefined,
    directory: '/data/profiles',
  });
});

test.each([
  [{}, 3_600_000],
  [{ RETENTION: 'off' }, undefined],
  [{ RETENTION: 'off', INGEST_AHEAD_LIMIT: '2h' }, 7_200_000],
  [{ INGEST_AHEAD_LIMIT: 'off' }, undefined],
])('how far ahead profiles may be with %o', (env, aheadMs) => {
  expect(readSettings(env).aheadMs).toBe(aheadMs);
});

test('a setting that cannot be read names itself', () => {
  expect(() => readSettings({ INGEST_CONCURRENCY: '0' })).toThrow(/INGEST_CONCURRENCY/);
});
