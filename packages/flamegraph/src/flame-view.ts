import {
  type CallTree,
  type NameIndex,
  type NodeIndex,
  nodeCount,
  TRUNCATED_NAME,
} from '@hsi/profile-model';
import { findStackReference, isNamed } from './reference.ts';

/** Number of a row, from the top, 0 the first. */
export type RowIndex = number;

/**
 * A call tree laid out: every node has a row and a stretch of the horizontal axis, in the profile's
 * unit. `rowNodes` holds the nodes that are drawn, row by row, each row from left to right;
 * row `r` is `rowNodes[rowStart[r]..rowStart[r + 1])`. Children stand from the left edge of their
 * parent; its own (self) value and what a server left out are the free space right of them.
 */
export interface FlameView {
  readonly names: readonly string[];
  readonly name: Int32Array;
  readonly parent: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** Left edge of every node; its width is its total. */
  readonly start: Float64Array;
  /** Row of every node; -1 for one that is not drawn. */
  readonly row: Int32Array;
  readonly rowStart: Int32Array;
  readonly rowNodes: Int32Array;
  /** The node that everything is a share of. */
  readonly root: NodeIndex;
  /** True when the root is a frame (sandwich): callers stand above it, callees below. */
  readonly rootIsFrame: boolean;
  readonly truncated: Truncation;
  /**
   * The tree that a sandwich was made of: only it tells which callers and callees belong to the same
   * samples.
   */
  readonly source?: CallTree;
}

/** What a server left out of its answer. */
export interface Truncation {
  /** Frames whose callees were left out. */
  readonly frames: number;
  readonly total: number;
  /** What was left out beside the view: in a sandwich it may hold more calls of the function. */
  readonly elsewhere: number;
  /** The nodes that stand for what was left out; their stretch is where it would be drawn. */
  readonly nodes: Int32Array;
  /** Node -> the value that was left out at it or below it. Undefined when nothing was. */
  readonly below: Float64Array | undefined;
}

/** True for the leaf that stands for left-out frames; a function called `other` has callees or a qualified name. */
export function isTruncated(tree: CallTree, node: NodeIndex): boolean {
  return (
    node > 0 && tree.names[tree.name[node]!] === TRUNCATED_NAME && tree.parent[node + 1] !== node
  );
}

/** How many frames have callees that were left out, and their value. */
export function leftOut(tree: CallTree): { readonly frames: number; readonly total: number } {
  const other = truncatedName(tree.names);
  let [frames, total] = [0, 0];
  for (let node = 1; other > 0 && node < nodeCount(tree); node++) {
    if (tree.name[node] !== other || !isTruncated(tree, node)) continue;
    frames++;
    total += tree.total[node]!;
  }
  return { frames, total };
}

/** Index of {@link TRUNCATED_NAME} among the names, -1 when no frame has it. */
export function truncatedName(names: readonly string[]): NameIndex {
  return names.indexOf(TRUNCATED_NAME, 1);
}

/** Lays a tree out, the root as row 0. Linear in the number of nodes. */
export function layOut(tree: CallTree): FlameView {
  const count = nodeCount(tree);
  const row = new Int32Array(count);
  const start = new Float64Array(count);
  // Where the next child of a node goes.
  const cursor = new Float64Array(count);
  const other = truncatedName(tree.names);
  const { name, parent, total } = tree;
  let rows = 1;
  const hidden: NodeIndex[] = [];
  for (let node = 1; node < count; node++) {
    const above = parent[node]!;
    const left = cursor[above]!;
    start[node] = left;
    cursor[node] = left;
    if (name[node] === other && parent[node + 1] !== node) {
      row[node] = -1;
      hidden.push(node);
      continue;
    }
    cursor[above] = left + total[node]!;
    const depth = row[above]! + 1;
    row[node] = depth;
    if (depth >= rows) rows = depth + 1;
  }
  for (const node of hidden) start[node] = cursor[parent[node]!]!;
  return {
    ...tree,
    start,
    row,
    ...groupByRow(row, total[0]! > 0 ? rows : 0),
    root: 0,
    rootIsFrame: false,
    truncated: truncation(tree, hidden),
  };
}

function truncation(tree: CallTree, hidden: readonly NodeIndex[]): Truncation {
  const nodes = Int32Array.from(hidden);
  if (hidden.length === 0) return { frames: 0, total: 0, elsewhere: 0, nodes, below: undefined };
  const below = new Float64Array(nodeCount(tree));
  for (const node of hidden) below[node] = tree.total[node]!;
  for (let node = below.length - 1; node > 0; node--) {
    below[tree.parent[node]!]! += below[node]!;
  }
  return { frames: hidden.length, total: below[0]!, elsewhere: 0, nodes, below };
}

/** Counting sort by row; it keeps the order within a row, which is from left to right already. */
export function groupByRow(
  row: Int32Array,
  rows: number,
): Pick<FlameView, 'rowStart' | 'rowNodes'> {
  const rowStart = new Int32Array(rows + 1);
  if (rows === 0) return { rowStart, rowNodes: new Int32Array(0) };
  for (const at of row) if (at >= 0) rowStart[at + 1]!++;
  for (let at = 0; at < rows; at++) rowStart[at + 1]! += rowStart[at]!;
  const rowNodes = new Int32Array(rowStart[rows]!);
  const next = rowStart.slice();
  for (let node = 0; node < row.length; node++) {
    const at = row[node]!;
    if (at >= 0) rowNodes[next[at]!++] = node;
  }
  return { rowStart, rowNodes };
}

export function rowCount(view: FlameView): number {
  return view.rowStart.length - 1;
}

/** The nodes of one row, from left to right. */
export function nodesOfRow(view: FlameView, row: RowIndex): Int32Array {
  return view.rowNodes.subarray(view.rowStart[row] ?? 0, view.rowStart[row + 1] ?? 0);
}

export function nodeName(view: Pick<FlameView, 'names' | 'name'>, node: NodeIndex): string {
  return view.names[view.name[node]!]!;
}

/**
 * Where a frame stands, by names, so that it can be found again in another view of fresh data:
 * the frames from below the root to it. `up` when it is a caller in a sandwich.
 */
export interface Place {
  readonly up: boolean;
  readonly names: readonly string[];
}

export function placeOf(view: FlameView, node: NodeIndex): Place {
  const names: string[] = [];
  for (let at = node; at !== view.root && at >= 0; at = view.parent[at]!) {
    names.push(nodeName(view, at));
  }
  return { up: isCaller(view, node), names: names.reverse() };
}

/** The node at a place, or undefined when there is none. */
export function findPlace(view: FlameView, { up, names }: Place): NodeIndex | undefined {
  let at: NodeIndex | undefined = rowCount(view) === 0 ? undefined : view.root;
  for (const name of names) {
    if (at === undefined) return undefined;
    at = childrenIn(view, at, up ? -1 : 1).find((node) => isNamed(nodeName(view, node), name));
  }
  return at;
}

/**
 * The node at `stack` (frames below the root, root first, or what `stackReference` made of them), or
 * undefined when there is none.
 */
export function findStack(view: FlameView, stack: readonly string[]): NodeIndex | undefined {
  return findPlace(view, { up: false, names: stack }) ?? findStackReference(view, stack);
}

/** True for a frame above the root frame of a sandwich. */
export function isCaller(view: FlameView, node: NodeIndex): boolean {
  return view.row[node]! < view.row[view.root]!;
}

/** The drawn children of a node, from left to right: callees, then (in a sandwich) callers. */
export function childrenOf(view: FlameView, node: NodeIndex): NodeIndex[] {
  return [...childrenIn(view, node, 1), ...childrenIn(view, node, -1)];
}

/** The drawn children of a node in the next row down (1) or up (-1). */
export function childrenIn(view: FlameView, node: NodeIndex, step: 1 | -1): NodeIndex[] {
  const children: NodeIndex[] = [];
  if (step === -1 && !view.rootIsFrame) return children;
  const nodes = nodesOfRow(view, view.row[node]! + step);
  const end = view.start[node]! + view.total[node]!;
  for (let at = firstAtOrAfter(view, nodes, view.start[node]!); at < nodes.length; at++) {
    const candidate = nodes[at]!;
    if (view.start[candidate]! > end) break;
    if (view.parent[candidate] === node) children.push(candidate);
  }
  return children;
}

/** Index of the first node of a row whose left edge is at or after `start`. */
export function firstAtOrAfter(view: FlameView, nodes: Int32Array, start: number): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (view.start[nodes[middle]!]! < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first node of a row that reaches beyond `value`. */
export function firstVisible(view: FlameView, nodes: Int32Array, value: number): number {
  const at = firstAtOrAfter(view, nodes, value);
  if (at === 0) return 0;
  const before = nodes[at - 1]!;
  return view.start[before]! + view.total[before]! > value ? at - 1 : at;
}

/**
 * The frames from below the root to `node`, root first. In a sandwich: of a callee the frames from
 * the root frame to it, of a caller the frames from it to the root frame.
 */
export function stackOf(view: FlameView, node: NodeIndex): string[] {
  const frames: string[] = [];
  for (let at = node; at >= 0; at = view.parent[at]!) {
    if (at !== view.root || view.rootIsFrame) frames.push(nodeName(view, at));
  }
  return isCaller(view, node) ? frames : frames.reverse();
}
