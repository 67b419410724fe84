// `npm run e2e:grafana`: the suite for a real Grafana and a real Pyroscope. Looks first whether both
// are as the suite needs them, and says what is missing in one sentence each.
import { execFileSync, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBrowser } from './browser.mjs';
import {
  checkServers,
  describeServers,
  waitForServers,
  withSubPath,
} from './grafana/preflight.mjs';

const HELP = `npm run e2e:grafana [-- flags]: the page with a real Grafana (12 or 13) and a real Pyroscope (2).

Settings (environment variables):
  E2E_GRAFANA_URL            Grafana, for example http://127.0.0.1:3000
  E2E_PYROSCOPE_URL          Pyroscope, for example http://127.0.0.1:4041
  E2E_GRAFANA_AUTH           who may add a data source and a dashboard, and sees Grafana where visitors
                             may not: user:password or a token [admin:admin]
  E2E_GRAFANA_PYROSCOPE_URL  where Grafana itself reaches Pyroscope [E2E_PYROSCOPE_URL]
  CHROMIUM_PATH              the browser [found or installed]

Flags:
  --rehearse   try the suite itself, with a stand-in for Grafana and our own profile server
  others       are passed to Playwright: --headed, --ui, -g "a click"

Grafana must allow embedding and serve from /grafana: docs/grafana.md.
`;

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}
const rehearse = args.includes('--rehearse');
if (!rehearse) {
  await waitForServers(process.env, {
    onWait: (url) => console.error(`Waiting for ${url} …`),
  });
  const problems = await checkServers(process.env);
  if (problems.length > 0) {
    console.error(
      `Not started:\n${problems.map((problem) => `  - ${problem}`).join('\n')}\n\n${HELP}`,
    );
    process.exit(1);
  }
  console.error(`Against ${await describeServers(process.env)}.`);
}
const browser = await requireBrowser();
if (process.env.HSI_SKIP_BUILD !== '1') build();

const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/@playwright/test/cli.js'),
    'test',
    '--config=grafana/playwright.config.ts',
    ...args.filter((arg) => arg !== '--rehearse'),
  ],
  {
    cwd: join(root, 'e2e'),
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      CHROMIUM_PATH: browser,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --conditions=source`.trim(),
      ...(rehearse
        ? { E2E_GRAFANA_REHEARSAL: '1' }
        : { E2E_GRAFANA_URL: withSubPath(process.env.E2E_GRAFANA_URL) }),
    },
  },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => child.kill(signal));
}
child.once('close', (code, signal) => {
  if (code !== 0) {
    console.error(
      '\nOf each failure, e2e/test-results/grafana/ has a picture (test-failed-1.png) and a trace of every step.',
    );
  }
  process.exit(signal ? 1 : (code ?? 1));
});

/** Builds the apps; Nx skips what has not changed. */
function build() {
  console.error('Building …');
  const nx = join(root, 'node_modules/nx/dist/bin/nx.js');
  execFileSync(process.execPath, [nx, 'run-many', '-t', 'build'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NX_DAEMON: 'false' },
  });
}
