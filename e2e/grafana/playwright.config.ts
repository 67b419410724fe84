import { defineConfig } from '@playwright/test';

/**
 * The suite for a real Grafana and a real Pyroscope: `npm run e2e:grafana`. One worker: the tests
 * share a stack, and one of them takes Grafana away.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/grafana',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: process.env.CI !== undefined,
  reporter: [['list']],
  use: {
    // So tall that nothing of the dashboard is out of view: Grafana draws only what is.
    viewport: { width: 1400, height: 4600 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    actionTimeout: 20_000,
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
});
