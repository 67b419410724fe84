import { runService } from '@hsi/node-service';
import { ProfileStore } from '@hsi/profile-store';
import { buildApp } from './app.ts';
import { readSettings } from './settings.ts';

const log = (message: string) => console.error(`profile-server: ${message}`);

await runService({
  name: 'profile-server',
  portSetting: 'PROFILE_SERVER_PORT',
  async start() {
    const settings = readSettings(process.env);
    const store = await ProfileStore.open({
      directory: settings.directory,
      limits: settings.storeLimits,
      retentionMs: settings.retentionMs,
      retentionBytes: settings.retentionBytes,
      log,
    });
    const app = buildApp({ store, ...settings, log });
    try {
      await app.listen({ host: settings.host, port: settings.port });
    } catch (error) {
      await store.close();
      throw error;
    }
    return {
      async close() {
        await app.close();
        await store.close();
      },
    };
  },
});
