import { CallTreeBuilder } from '@hsi/profile-model';
import { expect, test } from 'vitest';
import { dotGraph } from './dot-graph.ts';

function dot(stacks: Record<string, number>, maxNodes = 100): string[] {
  const builder = new CallTreeBuilder();
  for (const [stack, value] of Object.entries(stacks)) builder.add(stack.split(';'), value);
  const options = { type: 'cpu', unit: 'nanoseconds', time: 1_795_397_720_000, maxNodes };
  return dotGraph(builder.build(), options).split('\n');
}

const edges = (lines: string[]) =>
  lines.flatMap((line) => /tooltip="([^"]* (?:->|\.\.\.) [^"]*)" label/.exec(line)?.[1] ?? []);
const nodes = (lines: string[]) =>
  lines.flatMap((line) => /^N\d+ \[label="([^"]*)"/.exec(line)?.[1] ?? []);

test('functions with what they took themselves and in all, and who calls whom', () => {
  const lines = dot({ 'main;work;parse': 3e9, 'main;work': 1e9, 'main;parse': 1e9 });
  expect(lines[0]).toBe('digraph "unnamed" {');
  expect(lines.at(-2)).toBe('}');
  expect(lines[2]).toContain('Showing nodes accounting for 5 s, 100.0% of 5 s total');
  expect(nodes(lines)).toEqual([
    'parse\\n4 s (80.0%)',
    'main\\n0\\nof 5 s (100.0%)',
    'work\\n1 s (20.0%)\\nof 4 s (80.0%)',
  ]);
  expect(edges(lines)).toEqual([
    'main -> work (4 s)',
    'work -> parse (3 s)',
    'main -> parse (1 s)',
  ]);
});

test('a function that calls itself counts each stack trace once', () => {
  const lines = dot({ 'walk;walk;walk': 2e9, 'walk;leaf;walk': 1e9 });
  expect(nodes(lines)).toContain('walk\\n3 s (100.0%)');
  expect(edges(lines)).toEqual(['walk -> walk (2 s)', 'walk -> leaf (1 s)', 'leaf -> walk (1 s)']);
});

test('a call across functions that are left out is dotted', () => {
  const lines = dot({ 'a;b;c': 5e9, a: 4e9 }, 2);
  expect(nodes(lines)).toHaveLength(2);
  expect(edges(lines)).toEqual(['a ... c (5 s)']);
  expect(lines.find((line) => line.includes(' -> '))).toContain('style="dotted"');
  expect(lines[2]).toContain('Showing top 2 nodes out of 3');
});

test('names are quoted, and an empty tree is a graph', () => {
  expect(nodes(dot({ 'a\\b': 1e9 }))).toEqual(['a\\\\b\\n1 s (100.0%)']);
  const lines = dot({ 'say "x"\nnow': 1e9 });
  expect(lines.some((line) => line.includes('say \\"x\\"\\nnow'))).toBe(true);
  expect(dot({}).at(-2)).toBe('}');
});
