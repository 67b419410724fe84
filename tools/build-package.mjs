// Builds one package for use outside this workspace: dist/index.js with type declarations.
// Inside the workspace nobody needs it: tests, types and bundlers read the sources.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = process.cwd();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
// What has no built form is for this workspace's tests.
const entries = Object.values(manifest.exports)
  .filter((entry) => entry.default !== undefined)
  .map((entry) => entry.source);

rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2023',
  packages: 'external',
  sourcemap: true,
  logLevel: 'warning',
});

const declarations = join(root, 'tsconfig.declarations.tmp.json');
writeFileSync(
  declarations,
  JSON.stringify({
    extends: './tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rewriteRelativeImportExtensions: true,
      outDir: 'dist',
      rootDir: existsSync(join(root, 'src')) ? 'src' : '.',
    },
    files: entries,
    include: [],
  }),
);
try {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', declarations], { cwd: root, stdio: 'inherit' });
} finally {
  rmSync(declarations, { force: true });
}
