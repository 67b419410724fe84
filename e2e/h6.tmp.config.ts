import { defineConfig } from '@playwright/test';
export default defineConfig({
  testDir: './page',
  testMatch: 'jaeger-links.spec.ts',
  workers: 1,
  reporter: 'list',
  outputDir: '/tmp/h6/pw',
  use: {
    launchOptions: { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] },
  },
});
