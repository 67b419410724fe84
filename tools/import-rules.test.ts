import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { MAY_IMPORT } from './import-rules.mjs';

const ROOT = join(import.meta.dirname, '..');
const eslint = new ESLint({
  cwd: ROOT,
  // Type-aware rules need files on disk; the import rules do not.
  overrideConfig: [
    {
      files: ['**/*.ts', '**/*.tsx'],
      languageOptions: { parserOptions: { projectService: false } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/switch-exhaustiveness-check': 'off',
      },
    },
  ],
});

async function problems(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: join(ROOT, filePath) });
  return (result?.messages ?? [])
    .map(({ ruleId }) => ruleId ?? 'parse error')
    .filter((rule) => rule.startsWith('no-restricted') || rule === 'parse error');
}

describe('the import table', () => {
  it('names every app and package', () => {
    const folders = ['apps', 'packages'].flatMap((parent) =>
      readdirSync(join(ROOT, parent))
        .map((name) => `${parent}/${name}`)
        .filter((folder) => existsSync(join(ROOT, folder, 'package.json'))),
    );
    expect(folders.toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  it.each([
    ['packages/profile-store/src/x.ts', "import '@hsi/profile-model';"],
    ['packages/profile-store/src/x.test.ts', "import '@hsi/test-kit';"],
    ['apps/shell/src/x.tsx', "import('@hsi/grafana-url');"],
    ['apps/gateway/src/x.ts', "import 'node:fs';"],
  ])('lets %s have %s', async (file, text) => {
    expect(await problems(file, text)).toEqual([]);
  });

  it.each([
    ['packages/profile-store/src/x.ts', "import '@hsi/pprof-codec';"],
    ['packages/profile-store/src/x.ts', "import '@hsi/test-kit';"],
    ['packages/profile-store/src/x.ts', "export * from '@hsi/pyroscope-api';"],
    ['apps/shell/src/x.tsx', "import('@hsi/profiling-remote');"],
    ['apps/shell/src/x.tsx', "import type { X } from '@hsi/flamegraph';"],
    ['apps/shell/src/x.ts', "import '../../../apps/profiling-remote/src/mount.tsx';"],
    ['packages/profile-model/src/x.ts', "import 'node:fs';"],
    ['packages/profile-model/src/x.ts', 'window.alert(1);'],
    ['packages/flamegraph/src/x.ts', "import { readFile } from 'node:fs/promises';"],
  ])('keeps %s from %s', async (file, text) => {
    expect(await problems(file, text)).toHaveLength(1);
  });
});
