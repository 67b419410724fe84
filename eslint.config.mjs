import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { ANYWHERE, MAY_IMPORT, PURE } from './tools/import-rules.mjs';

const root = import.meta.dirname;
const sources = (folders) => folders.map((name) => `packages/${name}/src/**/*.ts`);
const tests = ['**/*.test.{ts,tsx}', '**/src/fixtures/**', '**/src/testing/**'];
const domGlobals = [
  'window',
  'document',
  'navigator',
  'localStorage',
  'sessionStorage',
  'location',
];

export default defineConfig(
  {
    ignores: [
      '**/dist/',
      '**/vitest.config.ts',
      '**/coverage/',
      '**/test-results/',
      '**/generated/',
      '**/playwright-report/',
      '.nx/',
      '.data/',
    ],
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': [
        'error',
        { max: 80, skipBlankLines: true, skipComments: true, IIFEs: true },
      ],
    },
  },
  {
    files: ['**/*.tsx'],
    extends: [
      reactHooks.configs.flat['recommended-latest'] ?? reactHooks.configs['recommended-latest'],
    ],
  },
  {
    files: ['**/*.tsx'],
    rules: {
      'max-lines-per-function': ['error', { max: 120, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: [...tests, 'e2e/**', 'bench/**'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' },
  },
  {
    files: ['tools/**', 'bench/**', 'e2e/**', 'apps/*/src/main.ts'],
    rules: { 'no-console': 'off' },
  },

  // The import table.
  ...Object.entries(MAY_IMPORT).flatMap(([folder, allowed]) => [
    importRules([`${folder}/**/*.{ts,tsx}`], allowed, isPortable(folder), tests),
    importRules(
      tests.map((pattern) => `${folder}/${pattern}`),
      [...allowed, 'test-kit'],
      false,
    ),
  ]),
  {
    files: sources(PURE),
    ignores: tests,
    rules: { 'no-restricted-globals': ['error', ...domGlobals, 'process', 'Buffer', 'fetch'] },
  },
  {
    files: sources(ANYWHERE),
    ignores: tests,
    rules: { 'no-restricted-globals': ['error', 'process', 'Buffer'] },
  },
);

function isPortable(folder) {
  const name = folder.split('/')[1];
  return PURE.includes(name) || ANYWHERE.includes(name);
}

/** The lint rules that hold one row of the table, for static and for dynamic imports. */
function importRules(files, allowed, portable, ignores = []) {
  const message = `Only ${allowed.join(', ') || 'nothing of ours'} may be imported here (tools/import-rules.mjs).`;
  const forbidden = allowed.length > 0 ? `(?!(${allowed.join('|')})$)` : '';
  const patterns = [
    { group: ['@hsi/*', ...allowed.map((name) => `!@hsi/${name}`)], message },
    { regex: '^(\\.\\./)+(apps|packages|tools|e2e)/', message: 'Import a package by its name.' },
    ...(portable
      ? [{ group: ['node:*', 'fs', 'path'], message: 'This package runs anywhere.' }]
      : []),
  ];
  return {
    files,
    ignores,
    rules: {
      'no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': [
        'error',
        { selector: `ImportExpression[source.value=/^@hsi\\/${forbidden}/]`, message },
      ],
    },
  };
}
