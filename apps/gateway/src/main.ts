import { runService } from '@hsi/node-service';
import { buildApp } from './app.ts';
import { readGatewaySettings } from './settings.ts';
import { requireShell } from './static-files.ts';

await runService({
  name: 'gateway',
  portSetting: 'GATEWAY_PORT',
  async start() {
    const settings = readGatewaySettings(process.env);
    await requireShell(settings.shellDir);
    const app = await buildApp({
      settings,
      log: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    });
    await app.listen({ host: settings.host, port: settings.port });
    return { close: () => app.close() };
  },
});
