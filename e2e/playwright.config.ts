import { defineConfig } from '@playwright/test';

/**
 * The same page suite runs twice: in the host, and in the remote's own dev server. What needs the
 * host is in `host/`. `support/global-setup.ts` starts everything on ports of its own.
 */
export default defineConfig({
  testDir: '.',
  outputDir: 'test-results/artifacts',
  globalSetup: './support/global-setup.ts',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list'], ['json', { outputFile: 'test-results/e2e.json' }]],
  use: {
    viewport: { width: 1280, height: 720 },
    trace: 'retain-on-failure',
    launchOptions: {
      ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-first-run',
      ],
    },
  },
  projects: [
    { name: 'host', testMatch: 'host/**/*.spec.ts' },
    { name: 'page in the host', testMatch: 'page/**/*.spec.ts' },
    { name: 'page standalone', testMatch: 'page/**/*.spec.ts', metadata: { standalone: true } },
  ],
});
