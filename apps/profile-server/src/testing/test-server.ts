import { DEFAULT_LIMITS } from '@hsi/pprof-codec';
import { ProfileStore, type StoreOptions } from '@hsi/profile-store';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AppOptions, buildApp } from '../app.ts';

export interface TestServer {
  readonly app: ReturnType<typeof buildApp>;
  readonly store: ProfileStore;
  readonly directory: string;
  close(): Promise<void>;
}

/** A server over an empty directory of its own; retention is off. */
export async function startTestServer(
  options: Partial<AppOptions> = {},
  storeOptions: Partial<StoreOptions> = {},
): Promise<TestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'profile-server-'));
  const store = await ProfileStore.open({ directory, ...storeOptions });
  const app = buildApp({
    store,
    decodeLimits: DEFAULT_LIMITS,
    bodyBytes: 16_000_000,
    concurrentIngests: 100,
    ...options,
  });
  await app.ready();
  return {
    app,
    store,
    directory,
    async close() {
      await app.close();
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
