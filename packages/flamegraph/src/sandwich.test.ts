import { type CallTree, nodeCount, stackTrace } from '@hsi/profile-model';
import { treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describe } from './describe.ts';
import { childrenOf, nodeName, nodesOfRow, rowCount, stackOf } from './flame-view.ts';
import { sandwich } from './sandwich.ts';
import { matchShare, search } from './search.ts';
import { drawRows } from './testing/draw-rows.ts';

const TREE = treeFromDrawing(`
  main
    left 1
      read 10
        decode 20
    right
      read 5
        decode 15
          read 50
        other 2
    idle 100
`);

it('puts callers above and callees below, a recursive call once', () => {
  expect(drawRows(sandwich(TREE, 'read'))).toEqual([
    'main 0-72 | main 72-102',
    'right 0-72 | left 72-102',
    'read 0-102',
    'decode 0-85',
    'read 0-50',
  ]);
});

it('tells shares of the function and its stack traces both ways', () => {
  const view = sandwich(TREE, 'read');
  const [right, left] = nodesOfRow(view, 1);
  const [decode] = nodesOfRow(view, 3);
  expect(describe(view, left!)).toMatchObject({
    name: 'left',
    self: 0,
    total: 30,
    shareOfTotal: 30 / 102,
  });
  expect(stackOf(view, nodesOfRow(view, 0)[0]!)).toEqual(['main', 'right', 'read']);
  expect(stackOf(view, decode!)).toEqual(['read', 'decode']);
  expect(stackOf(view, view.root)).toEqual(['read']);
  expect(childrenOf(view, view.root)).toEqual([decode, right, left]);
  expect(childrenOf(view, right!).map((node) => nodeName(view, node))).toEqual(['main']);
  expect(view.truncated).toMatchObject({ frames: 1, total: 2 });
});

it('is empty for a function that is not there', () => {
  expect(rowCount(sandwich(TREE, 'nobody'))).toBe(0);
});

it('tells what was left out beside it, where more calls may be', () => {
  const tree = treeFromDrawing(`
    main 1
      read 2
        other 3
      other 40
  `);
  expect(sandwich(tree, 'read').truncated).toMatchObject({ frames: 1, total: 3, elsewhere: 40 });
});

it('a search counts samples once whose caller and callee both match', () => {
  const tree = treeFromDrawing(`
    load
      read 10
        parse 20
    test
      read 5
        parse 15
  `);
  const view = sandwich(tree, 'read');
  const shareOf = (query: string) => matchShare(view, search(view.names, query).matches).total;
  expect(shareOf('/load|parse/')).toBe(45);
  expect(shareOf('parse')).toBe(35);
  expect(shareOf('read')).toBe(50);
});

const anyTree = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'other'), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 2 ** 40 }),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((samples) =>
    treeFromFolded(samples.map(([frames, value]) => `${frames.join(';')} ${value}`).join('\n')),
  );

/** The self values of the nodes whose stack traces a test likes. */
function valueWhere(tree: CallTree, test: (stack: readonly string[]) => boolean): number {
  let sum = 0;
  for (let node = 0; node < nodeCount(tree); node++) {
    if (test(stackTrace(tree, node))) sum += tree.self[node]!;
  }
  return sum;
}

it('on any tree is as large as the function, and rows and what is hidden make that up', () => {
  fc.assert(
    fc.property(anyTree, (tree) => {
      const view = sandwich(tree, 'a');
      const whole = valueWhere(tree, (stack) => stack.includes('a'));
      expect(view.total[view.root]).toBe(whole);
      let inRows = 0;
      for (const node of view.rowNodes) inRows += view.self[node]!;
      expect(inRows + view.truncated.total).toBe(whole);
    }),
  );
});

it('on any tree a search finds what brute force finds', () => {
  fc.assert(
    fc.property(anyTree, fc.constantFrom('b', '/b|c/', '/a|d/'), (tree, query) => {
      const view = sandwich(tree, 'a');
      const { matches } = search(view.names, query);
      const found = (name: string) => matches![tree.names.indexOf(name)] === 1;
      expect(matchShare(view, matches).total).toBe(
        valueWhere(tree, (stack) => stack.includes('a') && stack.some(found)),
      );
    }),
  );
});
