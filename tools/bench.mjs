// `npm run bench [-- name ...]`: runs the benchmarks of `bench/` one after the other.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const all = readdirSync(join(root, 'bench')).filter((name) =>
  existsSync(join(root, 'bench', name, 'run.ts')),
);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: choose from ${all.join(', ')}.`);
  process.exit(2);
}

const node = (/** @type {string[]} */ ...args) =>
  spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;

const built = node(join(root, 'node_modules/nx/dist/bin/nx.js'), 'run-many', '-t', 'build');
const failed = built
  ? (wanted.length > 0 ? wanted : all).filter(
      (name) =>
        !node(
          join(root, 'node_modules/tsx/dist/cli.mjs'),
          '--conditions=source',
          join(root, 'bench', name, 'run.ts'),
        ),
    )
  : ['the build'];
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}.`);
process.exit(failed.length === 0 ? 0 : 1);
