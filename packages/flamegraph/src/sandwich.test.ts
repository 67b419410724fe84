import { treeFromDrawing } from '@hsi/test-kit';
import { expect, it } from 'vitest';
import { describe } from './describe.ts';
import { childrenOf, nodeName, nodesOfRow, rowCount, stackOf } from './flame-view.ts';
import { sandwich } from './sandwich.ts';
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
