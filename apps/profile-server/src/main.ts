import { runService } from '@hsi/node-service';
import { ProfileStore } from '@hsi/profile-store';
import { buildApp } from './app.ts';
import { readSettings } from './settings.ts';

const log = (message: string) => console.error(`profile-server: ${message}`);

/** How often it is looked whether something can be rolled up, milliseconds. */
const ROLL_UP_MS = 1_000;

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
    const failed = (error: unknown) => log(`maintenance failed: ${String(error)}`);
    const timers = [
      setInterval(() => void store.maintain().catch(failed), settings.maintenanceMs),
      setInterval(() => void store.rollUp().catch(failed), ROLL_UP_MS),
    ];
    const stopTimers = () => timers.forEach(clearInterval);
    const app = buildApp({ store, ...settings, log });
    try {
      await app.listen({ host: settings.host, port: settings.port });
    } catch (error) {
      stopTimers();
      await store.close();
      throw error;
    }
    return {
      async close() {
        stopTimers();
        await app.close();
        await store.close();
      },
    };
  },
});
