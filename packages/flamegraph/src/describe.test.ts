import { nodeCount, stackTrace } from '@hsi/profile-model';
import { treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { describe } from './describe.ts';
import { findPlace, findStack, type FlameView, layOut, stackOf } from './flame-view.ts';
import { invertedView } from './invert.ts';
import { sandwich } from './sandwich.ts';
import { hideFrames } from './transforms.ts';

const TREE = treeFromDrawing(`
  main 100
    load 200
      read 200
    test 100
      read 300
        other 100
`);

function said(view: FlameView, node: number | undefined): string {
  const facts = describe(view, node!);
  const percent = (share: number | undefined) => `${Math.round((share ?? NaN) * 100)}%`;
  return [
    `self ${facts.self} (${percent(facts.selfShareOfTotal)})`,
    `total ${facts.total} (${percent(facts.shareOfTotal)}, ${percent(facts.shareOfParent)} of parent)`,
    `hidden ${facts.hidden}`,
  ].join(', ');
}

it('tells what a frame is worth', () => {
  const view = layOut(TREE);
  expect(said(view, findStack(view, ['main', 'test', 'read']))).toBe(
    'self 300 (30%), total 400 (40%, 80% of parent), hidden 100',
  );
  expect(said(view, view.root)).toBe('self 0 (0%), total 1000 (100%, NaN% of parent), hidden 100');
});

it('tells the function’s own value in an inverted view, and how much of it came this way', () => {
  const view = invertedView(TREE);
  expect(said(view, findStack(view, ['read']))).toBe(
    'self 500 (50%), total 500 (50%, 50% of parent), hidden 0',
  );
  expect(said(view, findStack(view, ['read', 'test']))).toBe(
    'self 0 (0%), total 300 (30%, 60% of parent), hidden 0',
  );
});

it('tells shares of the function in a sandwich', () => {
  const view = sandwich(TREE, 'read');
  expect(said(view, view.root)).toBe(
    'self 500 (83%), total 600 (100%, NaN% of parent), hidden 100',
  );
  expect(said(view, findPlace(view, { up: true, names: ['test'] }))).toBe(
    'self 0 (0%), total 400 (67%, 67% of parent), hidden 0',
  );
  expect(said(view, findPlace(view, { up: true, names: ['test', 'main'] }))).toBe(
    'self 0 (0%), total 400 (67%, 100% of parent), hidden 0',
  );
});

it('gives a caller what its hidden callees are worth', () => {
  const view = layOut(hideFrames(TREE, (name) => name === 'read'));
  expect(said(view, findStack(view, ['main', 'test']))).toBe(
    'self 400 (40%), total 500 (50%, 50% of parent), hidden 100',
  );
});

it('says of any frame of an inverted view what brute force says', () => {
  const anyTree = fc
    .array(
      fc.tuple(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
      ),
      { minLength: 1, maxLength: 30 },
    )
    .map((samples) =>
      treeFromFolded(samples.map(([frames, value]) => `${frames.join(';')} ${value}`).join('\n')),
    );
  fc.assert(
    fc.property(anyTree, (tree) => {
      const view = invertedView(tree);
      for (let node = 1; node < view.name.length; node++) {
        const callers = stackOf(view, node).reverse();
        let total = 0;
        for (let each = 1; each < nodeCount(tree); each++) {
          const end = stackTrace(tree, each).slice(-callers.length);
          if (end.join(';') === callers.join(';')) total += tree.self[each]!;
        }
        const facts = describe(view, node);
        expect(facts.total).toBe(total);
        expect(facts.self).toBe(callers.length === 1 ? total : 0);
      }
    }),
  );
});
