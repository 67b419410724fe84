// `npm run e2e`: the Playwright suite against the full stack, in a browser that is found or installed.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBrowser } from './browser.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const browser = await requireBrowser();
const child = spawn(
  process.execPath,
  [join(root, 'node_modules/@playwright/test/cli.js'), 'test', ...process.argv.slice(2)],
  {
    cwd: join(root, 'e2e'),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CHROMIUM_PATH: browser },
  },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => child.kill(signal));
}
child.once('close', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
