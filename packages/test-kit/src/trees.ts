import { type CallTree, CallTreeBuilder, nodeCount, stackTrace } from '@hsi/profile-model';

/** Thrown for a drawing that cannot be read; names the line, counted from 1. */
export class UnreadableDrawing extends Error {
  constructor(line: number, text: string, reason: string) {
    super(`line ${line} (${JSON.stringify(text)}): ${reason}`);
    this.name = 'UnreadableDrawing';
  }
}

/** A stack trace, root first, and its value. */
export interface DrawnSample {
  readonly frames: readonly string[];
  readonly value: number;
}

/**
 * Reads folded lines, `main;work;parse 12`: frames from the root, a space, the value. Frames may
 * hold spaces. Empty lines and the indentation common in template literals are ignored.
 * @throws UnreadableDrawing
 */
export function samplesFromFolded(text: string): DrawnSample[] {
  const samples: DrawnSample[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const match = /^(.*?)\s*(-?\d+(?:\.\d+)?)$/.exec(line);
    if (!match) throw new UnreadableDrawing(index + 1, raw, 'expected "frame;frame value"');
    const [, stack = '', value] = match;
    samples.push({ frames: stack === '' ? [] : stack.split(';'), value: Number(value) });
  }
  return samples;
}

/** The merged tree of folded lines, see {@link samplesFromFolded}. */
export function treeFromFolded(text: string): CallTree {
  const builder = new CallTreeBuilder();
  for (const { frames, value } of samplesFromFolded(text)) builder.add(frames, value);
  return builder.build();
}

/**
 * Reads a tree that is drawn by indentation (two spaces a level), each frame followed by its self
 * value where it has one. Siblings of one name are merged.
 * ```
 * main 1
 *   parse 4
 *   work
 *     sum 7
 * ```
 * @throws UnreadableDrawing
 */
export function treeFromDrawing(text: string): CallTree {
  const builder = new CallTreeBuilder();
  const path: string[] = [];
  let margin: number | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.trim() === '') continue;
    const indent = raw.length - raw.trimStart().length;
    margin ??= indent;
    const depth = (indent - margin) / 2;
    if (!Number.isInteger(depth) || depth < 0 || depth > path.length) {
      throw new UnreadableDrawing(index + 1, raw, 'indent each level by two spaces');
    }
    const match = /^(.*?)(?:\s+(-?\d+(?:\.\d+)?))?$/.exec(raw.trim());
    path.length = depth;
    path.push(match?.[1] ?? '');
    builder.add(path, Number(match?.[2] ?? 0));
  }
  return builder.build();
}

/** The tree's stack traces that have a self value, as sorted folded lines. */
export function foldedFromTree(tree: CallTree): string[] {
  const lines: string[] = [];
  for (let node = 0; node < nodeCount(tree); node++) {
    if (tree.self[node] === 0) continue;
    lines.push(`${stackTrace(tree, node).join(';')} ${tree.self[node]}`.trim());
  }
  return lines.sort();
}

/**
 * Draws a tree, a line for each node in the tree's order: `  main 12 self 1`. The root is the first
 * line.
 */
export function drawTree(tree: CallTree): string[] {
  const depth: number[] = [];
  return Array.from(tree.name, (name, node) => {
    depth[node] = node === 0 ? 0 : depth[tree.parent[node]!]! + 1;
    const self = tree.self[node] === 0 ? '' : ` self ${tree.self[node]}`;
    return `${'  '.repeat(depth[node])}${tree.names[name]} ${tree.total[node]}${self}`;
  });
}
