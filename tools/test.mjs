// `npm test`: formatting, lint, types, unit tests with coverage, builds, and the end-to-end suite.
// Runs all of them even when one fails, then ends with one line: `N passed, N failed`.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addTallies, playwrightTally, vitestTally } from './tally.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nx = [process.execPath, join(root, 'node_modules/nx/dist/bin/nx.js')];
const prettier = [process.execPath, join(root, 'node_modules/prettier/bin/prettier.cjs')];

const checks = [
  { name: 'formatting', command: [...prettier, '--check', '--log-level', 'warn', '.'] },
  { name: 'lint', command: [...nx, 'run-many', '-t', 'lint', '--parallel', '2'] },
  { name: 'types', command: [...nx, 'run-many', '-t', 'typecheck', '--parallel', '2'] },
  { name: 'unit tests', command: [...nx, 'run-many', '-t', 'test', '--parallel', '2'] },
  { name: 'build', command: [...nx, 'run-many', '-t', 'build', '--parallel', '2'] },
  { name: 'end-to-end tests', command: [process.execPath, join(root, 'tools/e2e.mjs')] },
];

for (const report of reports()) rmSync(report, { force: true });
const tallies = [];
for (const { name, command } of checks) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  const passed = (await run(command)) === 0;
  console.log(
    `== ${name}: ${passed ? 'passed' : 'FAILED'} in ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
  tallies.push({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });
}
tallies.push(
  ...reports().map((path) => {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    return path.endsWith('unit.json') ? vitestTally(report) : playwrightTally(report);
  }),
);
const { passed, failed } = addTallies(tallies);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** The JSON reports of the unit tests (from the cache, where nothing changed) and of Playwright. */
function reports() {
  const projects = ['apps', 'packages'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}`),
  );
  const unit = [...projects, 'tools'].map((project) => `${project}/test-results/unit.json`);
  return [...unit, 'e2e/test-results/e2e.json']
    .map((path) => join(root, path))
    .filter((path) => existsSync(path));
}

/** @param {string[]} command */
function run([program = '', ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NX_DAEMON: 'false', FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
    });
    child.once('error', () => resolve(1));
    child.once('close', resolve);
  });
}
