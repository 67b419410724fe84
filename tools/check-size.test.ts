import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkSizes } from './check-size.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-size-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file that no compression makes smaller, or what a compressed form beside it weighs. */
function put(file: string, bytes: number, compressed?: number) {
  writeFileSync(join(folder, file), randomBytes(bytes));
  if (compressed !== undefined) writeFileSync(join(folder, `${file}.br`), randomBytes(compressed));
}

const first = { what: 'first visit', files: ['index.html', 'main.*.js'], bytes: 1_500 };
const others = { what: 'any other file', files: ['*'], bytes: 700, each: true };

describe('the sizes of a build', () => {
  it('are within their budgets', () => {
    put('index.html', 300);
    put('main.12ab.js', 1_000);
    put('lazy.34cd.js', 600);
    put('other.56ef.css', 600);
    put('main.12ab.js.map', 90_000);
    const { lines, problems } = checkSizes(folder, [first, others]);
    expect(problems).toEqual([]);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^first visit: 1,3\d\d bytes of 1,500 bytes \(index\.html 30\d bytes/);
  });

  it('fail together where a budget is for several files', () => {
    put('index.html', 600, 600);
    put('main.12ab.js', 5_000, 1_000);
    expect(checkSizes(folder, [first]).problems).toEqual([
      'first visit weighs 1,600 bytes compressed, over its budget of 1,500 bytes: index.html 600 bytes, main.12ab.js 1,000 bytes. Make it lighter, or raise the budget.',
    ]);
  });

  it('fail each where a budget is for each file', () => {
    put('a.js', 900, 701);
    put('b.js', 900, 700);
    const { problems } = checkSizes(folder, [others]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^any other file weighs 701 bytes compressed, .*: a\.js 701 bytes\./,
    );
  });

  it('fail without a budget, and a budget fails without files', () => {
    put('extra.js', 900, 90);
    expect(checkSizes(folder, [first]).problems).toEqual([
      'extra.js (90 bytes) has no budget: give it one.',
      'No file fits index.html, main.*.js of "first visit": correct them.',
    ]);
  });

  it('compress what has no compressed form beside it', () => {
    writeFileSync(join(folder, 'a.js'), 'x'.repeat(100_000));
    expect(checkSizes(folder, [others]).problems).toEqual([]);
  });
});
