import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CallTree,
  CallTreeBuilder,
  depths,
  emptyCallTree,
  nodeCount,
  pruneTree,
  scaleTree,
  stackTrace,
  subtreeEnds,
} from './call-tree.ts';

/** `a;b 3` lines to a tree. */
function fromFolded(...lines: string[]): CallTree {
  const builder = new CallTreeBuilder();
  for (const line of lines) {
    const [, stack = '', value = '0'] = /^(.*) (\d+)$/.exec(line) ?? [];
    builder.add(stack === '' ? [] : stack.split(';'), Number(value));
  }
  return builder.build();
}

/** The tree as indented lines `name total/self`. */
function drawn(tree: CallTree): string[] {
  const depth = depths(tree);
  return Array.from(
    tree.name,
    (name, node) =>
      `${'  '.repeat(depth[node]!)}${tree.names[name]} ${tree.total[node]}/${tree.self[node]}`,
  );
}

describe('call trees', () => {
  it('merge stack traces by name, siblings in order', () => {
    expect(drawn(fromFolded('main;load 3', 'main;infer;matmul 5', 'main;load 1', 'gc 2'))).toEqual([
      'total 11/0',
      '  gc 2/2',
      '  main 9/0',
      '    infer 5/0',
      '      matmul 5/5',
      '    load 4/4',
    ]);
  });

  it('keep recursion apart by depth', () => {
    expect(drawn(fromFolded('f;f 1', 'f 2'))).toEqual(['total 3/0', '  f 3/2', '    f 1/1']);
  });

  it('know a function that is called as the root from the root', () => {
    const tree = fromFolded('total 1');
    expect(drawn(tree)).toEqual(['total 1/0', '  total 1/1']);
    expect(tree.name[1]).not.toBe(tree.name[0]);
  });

  it('without samples are a root alone', () => {
    expect(drawn(emptyCallTree())).toEqual(['total 0/0']);
  });

  it('give the stack trace of a node, root first', () => {
    const tree = fromFolded('a;b;c 1', 'a;d 1');
    expect(stackTrace(tree, 3)).toEqual(['a', 'b', 'c']);
    expect(stackTrace(tree, 0)).toEqual([]);
  });

  it('know where the nodes below a node end', () => {
    expect([...subtreeEnds(fromFolded('a;b 1', 'a;c 1', 'd 1'))]).toEqual([5, 4, 3, 4, 5]);
  });

  it('scale to the average of snapshots', () => {
    expect(drawn(scaleTree(fromFolded('a 6', 'b 2'), 2))).toEqual([
      'total 4/0',
      '  a 3/3',
      '  b 1/1',
    ]);
  });

  it('prune frames with all below them', () => {
    const tree = fromFolded('main;work 3', '(idle) 7', 'main;(idle);x 2');
    expect(drawn(pruneTree(tree, (name) => name === '(idle)'))).toEqual([
      'total 3/0',
      '  main 3/0',
      '    work 3/3',
    ]);
  });

  it('come back as they are when nothing is pruned', () => {
    const tree = fromFolded('a 1');
    expect(pruneTree(tree, () => false)).toBe(tree);
  });

  it('hold every value once, whatever the order of arrival', () => {
    const sample = fc.tuple(
      fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 }),
      fc.integer({ min: 0, max: 1e9 }),
    );
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
        const forward = new CallTreeBuilder();
        const backward = new CallTreeBuilder();
        for (const [frames, value] of samples) forward.add(frames, value);
        for (const [frames, value] of samples.toReversed()) backward.add(frames, value);
        const tree = forward.build();
        expect(drawn(backward.build())).toEqual(drawn(tree));
        expect(tree.total[0]).toBe(samples.reduce((sum, [, value]) => sum + value, 0));
        for (let node = 1; node < nodeCount(tree); node++) {
          expect(tree.parent[node]).toBeLessThan(node);
        }
      }),
    );
  });
});
