import { readFileSync, readdirSync } from 'node:fs';
import { CallTreeBuilder, depths, emptyCallTree, type CallTree } from '@hsi/profile-model';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { decodeFlameGraph, encodeFlameGraph, MalformedFlameGraph } from './flame-graph-wire.ts';
import { FlameGraphResponse } from './schemas.ts';

const FIXTURES = new URL('./fixtures/', import.meta.url);
const Recording = v.object({ response: FlameGraphResponse });

function recorded(name: string) {
  const file: unknown = JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
  return v.parse(Recording, file).response.flamegraph!;
}

/** One line per node: indentation is depth, then total and self. */
function draw(tree: CallTree): string {
  const depth = depths(tree);
  return [...tree.name]
    .map(
      (name, node) =>
        `${' '.repeat(depth[node]!)}${tree.names[name]} ${tree.total[node]} ${tree.self[node]}`,
    )
    .join('\n');
}

function treeOf(stacks: Record<string, number>): CallTree {
  const builder = new CallTreeBuilder();
  for (const [stack, value] of Object.entries(stacks)) builder.add(stack.split(';'), value);
  return builder.build();
}

describe('recorded flame graphs', () => {
  const files = readdirSync(FIXTURES).filter((name) => /^(flame|span\.(?!label)|push)/.test(name));

  test.each(files)('%s is a tree whose totals add up, and encodes to the same tree', (name) => {
    const { names, levels } = recorded(name);
    const tree = decodeFlameGraph(names, levels);
    const sums = Float64Array.from(tree.self);
    for (let node = sums.length - 1; node > 0; node--) sums[tree.parent[node]!]! += sums[node]!;

    expect(tree.name.length).toBe(levels.reduce((bars, { values }) => bars + values.length / 4, 0));
    expect(sums).toEqual(tree.total);
    const again = encodeFlameGraph(tree);
    expect(
      draw(
        decodeFlameGraph(
          again.names,
          again.levels.map((values) => ({ values })),
        ),
      ),
    ).toBe(draw(tree));
  });

  test('the Python service reads as its stacks', () => {
    const { names, levels } = recorded('flame.florence-python.process_cpu-cpu.json');
    expect(draw(decodeFlameGraph(names, levels))).toBe(
      [
        'total 1990000000 0',
        ' <module> (pywork.py:13) 1990000000 90000000',
        '  detect (pywork.py:11) 1900000000 0',
        '   backbone (pywork.py:6) 1070000000 1070000000',
        '   decode_boxes (pywork.py:9) 310000000 160000000',
        '    decode_boxes.<locals>.<genexpr> (pywork.py:9) 150000000 150000000',
        '   preprocess (pywork.py:3) 520000000 0',
        '    preprocess.<locals>.<listcomp> (pywork.py:3) 520000000 520000000',
      ].join('\n'),
    );
  });

  test('the frames that the server left out stay as nodes named other', () => {
    const { names, levels } = recorded('flame.maxnodes-8.json');
    expect(draw(decodeFlameGraph(names, levels))).toContain('\n other 1387862138 1387862138');
  });

  test('no data is a root alone', () => {
    const { names, levels } = recorded('flame.no-data.json');
    expect(draw(decodeFlameGraph(names, levels))).toBe('total 0 0');
    expect(draw(decodeFlameGraph([], []))).toBe('total 0 0');
  });
});

test('levels hold offsets from the bar before, total, self, name', () => {
  const { names, levels, total, maxSelf } = encodeFlameGraph(
    treeOf({ a: 1, 'a;b': 2, 'c;d': 3, 'e;b': 4 }),
  );
  expect(names).toEqual(['total', 'a', 'b', 'c', 'd', 'e']);
  expect(levels).toEqual([
    [0, 10, 0, 0],
    [0, 3, 1, 1, 0, 3, 0, 3, 0, 4, 0, 5],
    [1, 2, 2, 2, 0, 3, 3, 4, 0, 4, 4, 2],
  ]);
  expect([total, maxSelf]).toEqual([10, 4]);
});

test('bars without a value keep their parents', () => {
  const tree = treeOf({ 'a;b': 0, 'a;c': 5, 'd;e': 0 });
  const { names, levels } = encodeFlameGraph(tree);
  const decoded = decodeFlameGraph(
    names,
    levels.map((values) => ({ values })),
  );
  expect(draw(decoded)).toContain('\n  b 0 0\n  c 5 5');
  expect(decoded.name.length).toBe(tree.name.length);
});

test('an empty tree is one bar of 0', () => {
  expect(encodeFlameGraph(emptyCallTree()).levels).toEqual([[0, 0, 0, 0]]);
});

test.each<[what: string, levels: unknown[][]]>([
  ['half a bar', [['0', '1', '0']]],
  ['two roots', [['0', '1', '0', '0', '0', '1', '0', '0']]],
  ['a name that is not there', [['0', '1', '0', '2']]],
  ['a negative total', [['0', '-1', '0', '0']]],
  ['a value that is no number', [['0', 'x', '0', '0']]],
  ['a fraction', [[0, 1.5, 0, 0]]],
  [
    'a bar beside its parent',
    [
      ['0', '1', '0', '0'],
      ['1', '1', '1', '1'],
    ],
  ],
])('refuses %s', (_what, levels) => {
  expect(() =>
    decodeFlameGraph(
      ['total', 'a'],
      levels.map((values) => ({ values })),
    ),
  ).toThrow(MalformedFlameGraph);
});

test('bars find their parents where values are beyond 2^53', () => {
  const huge = '7000000000000000000';
  const tree = decodeFlameGraph(
    ['total', 'main', 'work', 'zed', 'leaf'],
    [
      { values: ['0', '7000000000000000011', '0', '0'] },
      { values: ['0', '7000000000000000010', '0', '1', '0', '1', '0', '3'] },
      {
        values: ['0', huge, huge, '2', '0', '7', '0', '4', '0', '3', '3', '3', '0', '1', '1', '4'],
      },
      { values: [huge, '7', '7', '2'] },
    ],
  );
  const below = (node: number) => tree.names[tree.name[tree.parent[node]!]!];
  const nodes = [...tree.name].map((name, node) => `${below(node) ?? ''} > ${tree.names[name]}`);
  expect(nodes).toEqual([
    ' > total',
    'total > main',
    'main > work',
    'main > leaf',
    'leaf > work',
    'main > zed',
    'total > zed',
    'zed > leaf',
  ]);
});

test('a function that is called as the root is one like all others', () => {
  const tree = treeOf({ 'main;total': 2 });
  const { names, levels } = encodeFlameGraph(tree);
  const read = decodeFlameGraph(
    names,
    levels.map((values) => ({ values })),
  );
  expect(draw(read)).toBe(draw(tree));
  expect([...read.name].map((name) => name === 0)).toEqual([true, false, false]);
});
