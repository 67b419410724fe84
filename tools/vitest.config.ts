import { vitestProject } from './vitest-project.ts';

export default vitestProject({
  // Whole programs: the end-to-end suite and CI run them.
  exclude: [
    'start.mjs',
    'test.mjs',
    'e2e.mjs',
    'e2e-grafana.mjs',
    'bench.mjs',
    'browser.mjs',
    'build-*.mjs',
    'fixtures/**',
  ],
});
