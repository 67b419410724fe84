import { mergeConfig } from 'vitest/config';
import { vitestProject } from '../../tools/vitest-project.ts';

export default mergeConfig(
  vitestProject({
    environment: 'jsdom',
    setupFiles: ['./src/testing/setup.ts'],
    // What only a built page runs.
    exclude: ['src/index.ts', 'src/standalone.ts', 'rspack.config.mjs'],
  }),
  { define: { __REMOTE_VERSION__: JSON.stringify('0.0.0-test') } },
);
