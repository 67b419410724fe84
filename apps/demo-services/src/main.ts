import { constants, setPriority } from 'node:os';
import { runService } from '@hsi/node-service';
import { startDemoService } from './demo-service.ts';
import { startDriver } from './driver/driver.ts';
import { readDemoSettings, readRole } from './settings.ts';

const name = process.argv[2] ?? 'demo-services';
const warn = (message: string) => void process.stderr.write(`${name}: ${message}\n`);

// Made-up work takes what nobody else on the machine wants: it must not slow down what shows it.
try {
  setPriority(constants.priority.PRIORITY_LOW);
} catch {
  // Where a sandbox forbids that, it works like any other process.
}
await runService({
  name,
  start: async () => {
    const role = readRole(process.argv[2]);
    const settings = readDemoSettings(process.env);
    return role === 'driver' ? startDriver(settings, warn) : startDemoService(role, settings, warn);
  },
});
