import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Share of lines that the unit tests of every package cover, in percent. */
const LINE_COVERAGE = 80;

/**
 * The Vitest configuration that every package and app shares. Workspace packages resolve to their
 * sources (the `source` condition), so tests need no build.
 *
 * `exclude` names files that only a browser or a started process can run; the end-to-end suite
 * covers those.
 */
export function vitestProject(
  options: {
    environment?: 'node' | 'jsdom';
    exclude?: string[];
    setupFiles?: string[];
  } = {},
): ViteUserConfig {
  return defineConfig({
    resolve: { conditions: ['source', 'module', 'browser', 'import', 'default'] },
    ssr: { resolve: { conditions: ['source', 'node', 'import', 'default'] } },
    test: {
      environment: options.environment ?? 'node',
      include: ['**/*.test.{ts,tsx}'],
      setupFiles: options.setupFiles ?? [],
      testTimeout: 20_000,
      restoreMocks: true,
      reporters: ['default', 'json'],
      outputFile: { json: 'test-results/unit.json' },
      coverage: {
        provider: 'v8',
        include: ['src/**/*.{ts,tsx}', '*.mjs'],
        exclude: [
          '**/*.test.{ts,tsx}',
          '**/fixtures/**',
          '**/generated/**',
          ...(options.exclude ?? []),
        ],
        reporter: ['text-summary', 'json-summary'],
        thresholds: { lines: LINE_COVERAGE },
      },
    },
  });
}
