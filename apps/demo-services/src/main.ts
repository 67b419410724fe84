import { runService } from '@hsi/node-service';
import { startDemoService } from './demo-service.ts';
import { startDriver } from './driver/driver.ts';
import { readDemoSettings, readRole } from './settings.ts';

const name = process.argv[2] ?? 'demo-services';
const warn = (message: string) => void process.stderr.write(`${name}: ${message}\n`);

await runService({
  name,
  start: async () => {
    const role = readRole(process.argv[2]);
    const settings = readDemoSettings(process.env);
    return role === 'driver' ? startDriver(settings, warn) : startDemoService(role, settings, warn);
  },
});
