// Bundles one Node app: src/main.ts -> dist/main.mjs. Our packages are bundled in; what has native
// parts or is large stays outside and is loaded from node_modules.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = process.cwd();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: manifest.hsi?.entries ?? ['src/main.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  conditions: ['source'],
  plugins: [
    {
      name: 'only-ours-inside',
      setup(builder) {
        builder.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
          kind === 'entry-point' || path.startsWith('@hsi/') ? undefined : { path, external: true },
        );
      },
    },
  ],
  sourcemap: true,
  logLevel: 'warning',
});
