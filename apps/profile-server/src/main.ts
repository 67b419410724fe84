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
      aheadMs: settings.aheadMs,
      log,
    });
    const maintenance = setInterval(() => {
      store.maintain().catch((error: unknown) => log(`maintenance failed: ${String(error)}`));
    }, settings.maintenanceMs);
    const app = buildApp({ store, ...settings, log });
    try {
      await app.listen({ host: settings.host, port: settings.port });
    } catch (error) {
      clearInterval(maintenance);
      await store.close();
      throw error;
    }
    return {
      async close() {
        clearInterval(maintenance);
        await app.close();
        await store.close();
      },
    };
  },
});
