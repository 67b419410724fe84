import { drawTree, foldedFromTree, treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStack, layOut, nodesOfRow, rowCount } from './flame-view.ts';
import { describe as factsOf } from './describe.ts';
import { invertedView, invertTree } from './invert.ts';
import {
  collapseRecursion,
  collapseSiblings,
  heaviestFirst,
  hideFrames,
  selfOfNames,
} from './transforms.ts';

describe('invertTree', () => {
  it('puts callers below callees, the largest first', () => {
    const tree = treeFromDrawing(`
      main 1
        parse 2
          read 5
        work 1
          read 7
    `);
    expect(drawTree(invertTree(tree))).toEqual([
      'total 16',
      '  read 12',
      '    work 7',
      '      main 7 self 7',
      '    parse 5',
      '      main 5 self 5',
      '  parse 2',
      '    main 2 self 2',
      '  main 1 self 1',
      '  work 1',
      '    main 1 self 1',
    ]);
  });

  it('keeps what the server left out as one hidden leaf', () => {
    const view = layOut(
      invertTree(
        treeFromDrawing(`
          main 1
            other 3
            work 2
              other 4
        `),
      ),
    );
    expect(view.truncated).toMatchObject({ frames: 1, total: 7 });
  });
});

it('counts the frames that were cut as often in an inverted view as in the tree', () => {
  const tree = treeFromDrawing(`
    main 1
      other 3
      work 2
        other 4
  `);
  expect(invertedView(tree).truncated).toMatchObject({ frames: 2, total: 7 });
});

it('tells self values of functions in an inverted view', () => {
  const view = invertedView(
    treeFromDrawing(`
      main 1
        work 4
    `),
  );
  expect(factsOf(view, findStack(view, ['work'])!)).toMatchObject({ self: 4, total: 4 });
  expect(factsOf(view, findStack(view, ['work', 'main'])!)).toMatchObject({ self: 0, total: 4 });
  expect(factsOf(view, findStack(view, ['main'])!)).toMatchObject({ self: 1, total: 1 });
});

it('draws direct recursion as one call', () => {
  const tree = treeFromDrawing(`
    main
      walk 1
        walk 2
          walk 4
            read 8
          read 16
  `);
  expect(foldedFromTree(collapseRecursion(tree))).toEqual(['main;walk 7', 'main;walk;read 24']);
});

it('draws siblings as one that differ by their line', () => {
  const tree = treeFromDrawing(`
    ./a.mjs:run:1
      ./b.mjs:(anonymous:L#4:C#1):4 1
      ./b.mjs:(anonymous:L#9:C#3):9 2
      ./b.mjs:load:7 4
      ./b.mjs:load:8 8
      ./c.mjs:load:7 16
      detect (work.py:3) 32
      detect (work.py:5) 64
  `);
  expect(foldedFromTree(collapseSiblings(tree))).toEqual([
    './a.mjs:run:1;./b.mjs:(anonymous) 3',
    './a.mjs:run:1;./b.mjs:load 12',
    './a.mjs:run:1;./c.mjs:load:7 16',
    './a.mjs:run:1;detect (work.py) 96',
  ]);
});

it('hides frames and gives their value to their callers', () => {
  const tree = treeFromDrawing(`
    node:a 1
      main 2
        node:b 4
          work 8
          node:c 16
        work 32
  `);
  const isNode = (name: string): boolean => name.startsWith('node:');
  expect(foldedFromTree(hideFrames(tree, isNode))).toEqual(['1', 'main 22', 'main;work 40']);
  expect(selfOfNames(tree, isNode)).toBe(21);
  expect(hideFrames(tree, () => false)).toBe(tree);
});

it('orders siblings by their totals', () => {
  const tree = treeFromDrawing(`
    a 1
    b 5
      x 1
      y 2
    c 3
  `);
  expect(drawTree(heaviestFirst(tree))).toEqual([
    'total 12',
    '  b 8 self 5',
    '    y 2 self 2',
    '    x 1 self 1',
    '  c 3 self 3',
    '  a 1 self 1',
  ]);
});

const anyTree = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom('a', 'b', 'c', 'n:d:1', 'n:d:2', 'other'), { maxLength: 6 }),
      fc.integer({ min: 0, max: 2 ** 40 }),
    ),
    { maxLength: 60 },
  )
  .map((samples) =>
    treeFromFolded(samples.map(([frames, value]) => `${frames.join(';')} ${value}`).join('\n')),
  );

describe('on any tree', () => {
  it.each([
    ['nothing', (tree) => tree],
    ['invertTree', invertTree],
    ['collapseRecursion', collapseRecursion],
    ['collapseSiblings', collapseSiblings],
    ['heaviestFirst', heaviestFirst],
    ['hideFrames', (tree) => hideFrames(tree, (name) => name === 'a' || name === 'b')],
  ] satisfies [string, (tree: ReturnType<typeof treeFromFolded>) => typeof tree][])(
    'rows and what is hidden make up the total to the tick after %s',
    (_, transform) => {
      fc.assert(
        fc.property(anyTree, (tree) => {
          const view = layOut(transform(tree));
          let inRows = 0;
          for (let row = 0; row < rowCount(view); row++) {
            for (const node of nodesOfRow(view, row)) inRows += view.self[node]!;
          }
          expect(inRows + view.truncated.total).toBe(tree.total[0]);
        }),
      );
    },
  );

  it('inverting twice gives the tree back', () => {
    fc.assert(
      fc.property(
        anyTree.filter((tree) => !tree.names.includes('other')),
        (tree) => {
          expect(foldedFromTree(invertTree(invertTree(tree)))).toEqual(foldedFromTree(tree));
        },
      ),
    );
  });

  it('a parent is as wide as its children, its own value and what is hidden, and none overlap', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const view = layOut(tree);
        for (let row = 0; row < rowCount(view); row++) {
          let edge = 0;
          for (const node of nodesOfRow(view, row)) {
            expect(view.start[node]).toBeGreaterThanOrEqual(edge);
            edge = view.start[node]! + view.total[node]!;
            const parent = view.parent[node]!;
            if (parent >= 0) {
              expect(edge).toBeLessThanOrEqual(view.start[parent]! + view.total[parent]!);
            }
          }
        }
      }),
    );
  });
});
