import { type CallTree, nodeCount } from '@hsi/profile-model';
import { treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFuzzyFind } from './fuzzy.ts';
import { linearPattern } from './linear-pattern.ts';
import { loadSearchHelp, matchShare, nextMatch, search } from './search.ts';

const NAMES = ['total', './work.mjs:loadModel:11', 'main.parse', 'main.Sparse', 'other'];

const HELP = { fuzzy: createFuzzyFind(), linear: linearPattern };

function found(query: string): string[] {
  const { matches } = search(NAMES, query, HELP);
  return NAMES.filter((_, index) => matches?.[index] === 1);
}

describe('search', () => {
  it.each([
    ['parse', ['main.parse', 'main.Sparse']],
    ['PARSE main', ['main.parse', 'main.Sparse']],
    ['"main.parse"', ['main.parse']],
    ['/\\.parse$/', ['main.parse']],
    ['/SPARSE/', ['main.Sparse']],
    ['/SPARSE/c', []],
    ['/(sp|p)arse$/', ['main.parse', 'main.Sparse']],
    ['/^(?:\\w+\\.)+S/c', ['main.Sparse']],
    ['/(?<!s)parse/', ['main.parse']],
    ['/^(?!main)/', ['./work.mjs:loadModel:11']],
    ['loadModle', ['./work.mjs:loadModel:11']],
    ['model work', ['./work.mjs:loadModel:11']],
    ['ldmdl', ['./work.mjs:loadModel:11']],
    ['total', []],
    ['other', []],
    ['zzzz', []],
  ])('%s', (query, names) => {
    expect(found(query)).toEqual(names);
  });

  it('matches nothing when nothing is asked for', () => {
    expect(search(NAMES, '  ').matches).toBeUndefined();
    expect(search(NAMES, '//').matches).toBeUndefined();
  });

  it.each([
    ['/(/', /Not a regular expression/],
    ['/a/x', /flag "x"/],
    ['/(?=a+)+b/', /run for ever/],
    ['/(?:a{99}){99}/', /repeats too much/],
    ['x'.repeat(2_000), /longer than/],
  ])('says what is wrong with %s', (query, reason) => {
    const result = search(NAMES, query, HELP);
    expect(result.problem).toMatch(reason);
    expect(result.names).toBe(0);
    expect(result.wants).toBeUndefined();
  });

  it.each([
    '(\\w|\\w)*!',
    '(\\w|\\w|x)+!',
    '(a+)+$ ',
    '(?:a|aa){2,}!',
    '((a)|b|ab)*!',
    '(a*)*\\1!',
    '(?<same>a|a)*!',
    '(?=(a|a)*!)',
    '.*.*.*.*.*!',
    '(?:)(a|a)'.repeat(40) + '!',
    'a?'.repeat(200) + 'a{200}!',
    '[(]*(a|[|]|a)*!',
    '\\((a|a)*!',
    '([)]|(a|a))*!',
    '([\\]]|a|a)*!',
  ])('comes to an end with %s', (pattern) => {
    const names = ['total', ...Array.from({ length: 50 }, (_, at) => 'a'.repeat(500 + at))];
    expect(search(names, `/${pattern}/`, HELP).names).toBe(0);
  });

  it('leaves what cannot take long to the browser, long names or many', () => {
    const names = ['total', ...Array.from({ length: 5_000 }, (_, at) => `./src/a.mjs:work${at}:1`)];
    for (const pattern of ['work', '^\\./src', 'handle(Get|Post)', '^node:.*', 'work\\d+']) {
      expect(search(names, `/${pattern}/`).wants).toBeUndefined();
    }
    expect(search([...names, 'x'.repeat(100_000)], '/x.*y/').wants).toBe('linear');
  });

  it('says what would help, and loads it', async () => {
    for (const [query, kind] of [
      ['loadModle', 'fuzzy'],
      ['/^(?:\\w+\\.)+S/', 'linear'],
    ] as const) {
      const without = search(NAMES, query);
      expect(without).toMatchObject({ names: 0, wants: kind });
      const result = search(NAMES, query, await loadSearchHelp[kind]());
      expect(result.names).toBeGreaterThan(0);
      expect(result.wants).toBeUndefined();
    }
  });
});

describe('matchShare', () => {
  it('counts a match below a match once', () => {
    const tree = treeFromDrawing(`
      walk 1
        visit 2
          walk 3
      visit 4
    `);
    expect(matchShare(tree, search(tree.names, 'walk').matches).total).toBe(6);
    expect(matchShare(tree, search(tree.names, 'visit').matches).total).toBe(9);
  });

  it('equals brute force on any tree', () => {
    const stacks = fc.array(
      fc.tuple(
        fc.array(fc.constantFrom('a', 'b', 'ab', 'c'), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 1_000 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(stacks, fc.constantFrom('a', 'b', '"c"', '/^a$/'), (samples, query) => {
        const tree = treeFromFolded(
          samples.map(([frames, value]) => `${frames.join(';')} ${value}`).join('\n'),
        );
        const { matches } = search(tree.names, query);
        expect(matchShare(tree, matches).total).toBe(bruteForce(tree, matches!));
      }),
    );
  });
});

function bruteForce(tree: CallTree, matches: Uint8Array): number {
  let sum = 0;
  for (let node = 0; node < nodeCount(tree); node++) {
    for (let at = node; at >= 0; at = tree.parent[at]!) {
      if (matches[tree.name[at]!] === 0) continue;
      sum += tree.self[node]!;
      break;
    }
  }
  return sum;
}

describe('nextMatch', () => {
  const matched = { nodes: Int32Array.of(2, 5, 9), total: 1 };

  it('goes around in both directions', () => {
    expect([undefined, 2, 5, 9].map((at) => nextMatch(matched, at, 1))).toEqual([2, 5, 9, 2]);
    expect([undefined, 2, 5, 9].map((at) => nextMatch(matched, at, -1))).toEqual([9, 9, 2, 5]);
  });

  it('goes on from a frame that does not match', () => {
    expect([nextMatch(matched, 4, 1), nextMatch(matched, 4, -1)]).toEqual([5, 2]);
    expect([nextMatch(matched, 10, 1), nextMatch(matched, 1, -1)]).toEqual([2, 9]);
  });

  it('goes nowhere without matches', () => {
    expect(nextMatch({ nodes: Int32Array.of(), total: 0 }, 1, 1)).toBeUndefined();
  });
});
