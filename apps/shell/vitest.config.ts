import { vitestProject } from '../../tools/vitest-project.ts';

export default vitestProject({
  environment: 'jsdom',
  setupFiles: ['src/testing/setup.ts'],
  // Starts the application in a browser; the end-to-end suite does that.
  exclude: ['src/main.tsx', 'src/testing/**', '*.mjs'],
});
