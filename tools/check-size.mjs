// Fails a build that has grown beyond the section `size` of bench/budgets.json:
//
//   node ../../tools/check-size.mjs shell      (in the app's folder, after its build)
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const BUDGETS = join(dirname(fileURLToPath(import.meta.url)), '../bench/budgets.json');
const LOADED = /\.(?:css|html|js|json|wasm)$/;

/**
 * Files of a build and what they may weigh, compressed with Brotli. A file belongs to the first
 * budget that one of its patterns (`*` stands for any text) fits.
 *
 * @typedef {object} Budget
 * @property {string} what
 * @property {readonly string[]} files
 * @property {number} bytes   of all of them together, or of each where `each` is true
 * @property {boolean} [each]
 *
 * @typedef {{ readonly file: string, readonly bytes: number }} Weight
 */

/**
 * @param {string} folder a finished build; compressed forms (`.br`) beside the files are used
 * @param {readonly Budget[]} budgets
 * @returns {{ lines: string[], problems: string[] }} what each budget holds, and a sentence for each
 *   that is exceeded, for each without files, and for each file without a budget
 */
export function checkSizes(folder, budgets) {
  const weights = weigh(folder);
  const problems = [];
  const lines = [];
  /** @type {Map<Budget, Weight[]>} */
  const taken = new Map(budgets.map((budget) => [budget, []]));
  for (const weight of weights) {
    const budget = budgets.find(({ files }) => files.some((pattern) => fits(weight.file, pattern)));
    if (budget !== undefined) taken.get(budget)?.push(weight);
    else problems.push(`${weight.file} (${said(weight.bytes)}) has no budget: give it one.`);
  }
  for (const [budget, own] of taken) {
    if (own.length === 0 && !budget.each) {
      problems.push(`No file fits ${budget.files.join(', ')} of "${budget.what}": correct them.`);
    }
    const parts = budget.each ? own.map((weight) => [weight]) : own.length > 0 ? [own] : [];
    for (const part of parts) {
      const bytes = part.reduce((sum, weight) => sum + weight.bytes, 0);
      const names = part.map(({ file, bytes: each }) => `${file} ${said(each)}`).join(', ');
      lines.push(`${budget.what}: ${said(bytes)} of ${said(budget.bytes)} (${names})`);
      if (bytes <= budget.bytes) continue;
      problems.push(
        `${budget.what} weighs ${said(bytes)} compressed, over its budget of ${said(budget.bytes)}: ${names}. Make it lighter, or raise the budget.`,
      );
    }
  }
  return { lines, problems };
}

/**
 * @param {string} folder
 * @returns {Weight[]} in the order of their names
 */
function weigh(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => LOADED.test(file) && statSync(join(folder, file)).isFile())
    .sort()
    .map((file) => ({ file, bytes: compressedBytes(join(folder, file)) }));
}

/** @param {string} path */
function compressedBytes(path) {
  if (existsSync(`${path}.br`)) return statSync(`${path}.br`).size;
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return brotliCompressSync(readFileSync(path), { params }).length;
}

/**
 * @param {string} file
 * @param {string} pattern
 */
function fits(file, pattern) {
  const literal = (/** @type {string} */ text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`).test(file);
}

/** @param {number} bytes */
function said(bytes) {
  return `${bytes.toLocaleString('en-US')} bytes`;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const app = process.argv[2] ?? '';
  const { size } = JSON.parse(readFileSync(BUDGETS, 'utf8'));
  const budgets = size?.[app];
  if (budgets === undefined) {
    console.error(`bench/budgets.json has no budgets in "size" for ${JSON.stringify(app)}.`);
    process.exit(2);
  }
  const { lines, problems } = checkSizes('dist', budgets);
  for (const line of lines) console.log(line);
  for (const problem of problems) console.error(`${problem} (bench/budgets.json, size.${app})`);
  process.exit(problems.length === 0 ? 0 : 1);
}
