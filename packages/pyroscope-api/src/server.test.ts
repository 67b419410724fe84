import { fromBinary, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { type CallTree, CallTreeBuilder, type ExactCallTree } from '@hsi/profile-model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  diffGraph,
  DiffResponseSchema,
  flameGraphBinary,
  flameGraphJson,
  selectCallSite,
  SelectMergeStacktracesResponseSchema,
  truncateTree,
  wireGraph,
} from './server.ts';

function treeOf(stacks: Record<string, number>): CallTree {
  const builder = new CallTreeBuilder();
  for (const [stack, value] of Object.entries(stacks)) builder.add(stack.split(';'), value);
  return builder.build();
}

/** Path -> self value, for all nodes. */
function paths(tree: CallTree): Record<string, number> {
  const found: Record<string, number> = {};
  const path: string[] = [];
  for (let node = 0; node < tree.name.length; node++) {
    const parent = tree.parent[node]!;
    path[node] = parent < 0 ? '' : `${path[parent]}/${tree.names[tree.name[node]!]}`;
    found[path[node]!] = tree.self[node]!;
  }
  return found;
}

describe('truncateTree', () => {
  const tree = treeOf({ 'a;b': 10, 'a;c': 2, 'a;d': 1, e: 5, 'f;g': 1 });

  test('keeps the greatest nodes; the rest of each parent is one node named other', () => {
    expect(paths(truncateTree(tree, 3))).toEqual({
      '': 0,
      '/a': 0,
      '/a/b': 10,
      '/a/other': 3,
      '/e': 5,
      '/other': 1,
    });
  });

  test('keeps everything when there is room, or no limit', () => {
    expect(truncateTree(tree, 7)).toBe(tree);
    expect(truncateTree(tree, 0)).toBe(tree);
  });

  test('of equals it keeps all, because none is before another, but not without end', () => {
    const flat = (count: number) =>
      treeOf(Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, 1])));
    expect(truncateTree(flat(100), 10).name.length).toBe(1 + 100);
    expect(truncateTree(flat(20_000), 10).name.length).toBeLessThan(16_400);
  });

  test('the nodes named other count as well', () => {
    // The greatest four are a, b, d and e; with what is left of d and of the root there are six.
    const many = treeOf({ 'a;b': 10, 'd;e': 6, 'd;f': 3, 'd;g': 2, h: 1 });
    expect(paths(truncateTree(many, 4))).toEqual({
      '': 0,
      '/a': 0,
      '/a/b': 10,
      '/d': 0,
      '/d/e': 6,
      '/d/other': 5,
      '/other': 1,
    });
    expect(paths(truncateTree(many, 3))).toEqual({
      '': 0,
      '/a': 0,
      '/a/b': 10,
      '/d': 0,
      '/d/other': 11,
      '/other': 1,
    });
  });

  test('a function named other stays itself', () => {
    const own = treeOf({ 'a;other': 10, 'a;b': 1, c: 1, d: 1 });
    expect(wireGraph(truncateTree(own, 2)).levels[2]).toHaveLength(8);
  });

  test('totals stay, whatever is left out', () => {
    const stacks = fc.dictionary(
      fc
        .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 })
        .map((s) => s.join(';')),
      fc.integer({ min: 0, max: 9 }),
    );
    fc.assert(
      fc.property(stacks, fc.integer({ min: 1, max: 12 }), (drawn, nodes) => {
        const whole = treeOf(drawn);
        const cut = truncateTree(whole, nodes);
        expect(cut.total[0]).toBe(whole.total[0]);
        const sums = Float64Array.from(cut.self);
        for (let at = sums.length - 1; at > 0; at--) sums[cut.parent[at]!]! += sums[at]!;
        expect(sums).toEqual(cut.total);
        const least = [...whole.total.slice(1)].sort((a, b) => b - a)[nodes - 1] ?? 0;
        const kept = cut.total.filter((_, node) => cut.names[cut.name[node]!] !== 'other');
        expect(Math.min(...kept.slice(1))).toBeGreaterThanOrEqual(least);
      }),
    );
  });
});

describe('flame graphs on the wire', () => {
  const tree = treeOf({ 'main;work': 5, 'main;größe': 2 ** 40, 'x"y': 1 });

  test('JSON is what protobuf makes of it', () => {
    const json = JSON.parse(flameGraphJson(wireGraph(tree))) as JsonValue;
    const message = fromJson(SelectMergeStacktracesResponseSchema, json);
    expect(toJson(SelectMergeStacktracesResponseSchema, message)).toEqual(json);
  });

  test('binary is the same message', () => {
    const message = fromBinary(
      SelectMergeStacktracesResponseSchema,
      flameGraphBinary(wireGraph(tree)),
    );
    expect(toJson(SelectMergeStacktracesResponseSchema, message)).toEqual(
      JSON.parse(flameGraphJson(wireGraph(tree))),
    );
  });

  test('values beyond 2^53 are exact in both', () => {
    const big = 2n ** 62n + 1n;
    const exact: ExactCallTree = {
      ...treeOf({ a: 1, b: 1 }),
      exact: {
        self: BigInt64Array.of(0n, big, 3n),
        total: BigInt64Array.of(big + 3n, big, 3n),
      },
    };
    const json = flameGraphJson(wireGraph(exact));
    expect(json).toContain(`"values":["0","${big}","${big}","2","0","3","3","1"]`);
    const message = fromBinary(
      SelectMergeStacktracesResponseSchema,
      flameGraphBinary(wireGraph(exact)),
    );
    expect(message.flamegraph?.total).toBe(big + 3n);
    expect(message.flamegraph?.maxSelf).toBe(big);
  });

  test('names that no bar has are left out', () => {
    const cut = truncateTree(treeOf({ a: 10, b: 1, c: 1 }), 1);
    expect(wireGraph(cut).names).toEqual(['total', 'other', 'a']);
  });
});

describe('diffs', () => {
  test('both sides, each with its own offsets', () => {
    const graph = diffGraph(treeOf({ 'a;b': 3, a: 1 }), treeOf({ 'a;b': 5, 'a;c': 2, d: 1 }), 0);
    expect(graph.names).toEqual(['total', 'd', 'a', 'c', 'b']);
    expect(graph.levels).toEqual([
      [0, 4, 0, 0, 8, 0, 0],
      [0, 4, 1, 0, 7, 0, 2, 0, 0, 0, 0, 1, 1, 1],
      [1, 3, 3, 0, 5, 5, 4, 0, 0, 0, 0, 2, 2, 3],
    ]);
    expect([graph.ticks, graph.total, graph.maxSelf]).toEqual([[4, 8], 12, 5]);
    const json = JSON.parse(flameGraphJson(graph)) as JsonValue;
    expect(toJson(DiffResponseSchema, fromJson(DiffResponseSchema, json))).toEqual(json);
    expect(
      toJson(DiffResponseSchema, fromBinary(DiffResponseSchema, flameGraphBinary(graph))),
    ).toEqual(json);
  });

  test('what is left out keeps the totals of both sides', () => {
    const graph = diffGraph(treeOf({ a: 9, b: 1 }), treeOf({ a: 8, c: 2 }), 1);
    expect(graph.names).toEqual(['total', 'other', 'a']);
    expect(graph.levels[1]).toEqual([0, 9, 9, 0, 8, 8, 2, 0, 1, 1, 0, 2, 2, 1]);
  });
});

describe('call sites', () => {
  const tree = treeOf({ 'a;b;c': 1, 'a;b': 2, 'a;d': 4, 'e;b': 8 });

  test('keep the frames of the call site and all below', () => {
    expect(paths(selectCallSite(tree, ['a', 'b']))).toEqual({
      '': 0,
      '/a': 0,
      '/a/b': 2,
      '/a/b/c': 1,
    });
    expect(selectCallSite(tree, ['a', 'b']).total[0]).toBe(3);
    expect(selectCallSite(tree, [])).toBe(tree);
  });

  test('that are not there are an empty tree', () => {
    expect(paths(selectCallSite(tree, ['a', 'x']))).toEqual({ '': 0 });
  });
});
