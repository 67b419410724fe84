import { type CallTree, type NameIndex, type NodeIndex, nodeCount } from '@hsi/profile-model';
import { type FlameView, groupByRow, isTruncated, layOut, leftOut } from './flame-view.ts';
import { isNamed } from './reference.ts';
import { heaviestFirst } from './transforms.ts';
import { TreeMerger } from './tree-merger.ts';

/**
 * One function in the middle: below it everything that it calls, from wherever it is called; above
 * it who calls it, with the share of its total that comes through each caller. A call below a call
 * of the same function counts once. A name (or a `nameReference`) that no frame has gives an empty view.
 */
export function sandwich(tree: CallTree, name: string): FlameView {
  const index = tree.names.findIndex((each, at) => at > 0 && isNamed(each, name));
  const calls = index < 0 ? [] : outermostCalls(tree, index);
  const callees = layOut(calleesOf(tree, calls, index));
  const elsewhere = leftOut(tree).total - callees.truncated.total;
  const truncated = { ...callees.truncated, elsewhere };
  if (calls.length === 0) return { ...callees, rootIsFrame: true, truncated };
  const view = join(heaviestFirst(callersOf(tree, calls, index)), callees, index);
  return { ...view, truncated, source: tree };
}

/** Calls of a function that are not below a call of the same function. */
function outermostCalls(tree: CallTree, name: NameIndex): NodeIndex[] {
  const calls: NodeIndex[] = [];
  const inside = new Uint8Array(nodeCount(tree));
  for (let node = 1; node < inside.length; node++) {
    const isBelow = inside[tree.parent[node]!]!;
    const isCall = tree.name[node] === name && !isTruncated(tree, node);
    if (isCall && !isBelow) calls.push(node);
    inside[node] = isBelow | Number(isCall);
  }
  return calls;
}

function calleesOf(tree: CallTree, calls: readonly NodeIndex[], name: NameIndex): CallTree {
  const merger = new TreeMerger(tree.names, nodeCount(tree));
  const moved = new Int32Array(nodeCount(tree)).fill(-1);
  for (const call of calls) moved[call] = 0;
  for (let node = calls[0] ?? Infinity; node < moved.length; node++) {
    const above = moved[tree.parent[node]!]!;
    if (moved[node] !== 0 && above >= 0) moved[node] = merger.child(above, tree.name[node]!);
    if (moved[node]! >= 0) merger.addSelf(moved[node]!, tree.self[node]!);
  }
  const built = merger.build();
  built.name[0] = Math.max(0, name);
  return built;
}

/** The root stands for the function; below each node stand its callers. */
function callersOf(tree: CallTree, calls: readonly NodeIndex[], name: NameIndex): CallTree {
  const merger = new TreeMerger(tree.names, calls.length * 4);
  for (const call of calls) {
    let at: NodeIndex = 0;
    for (let caller = tree.parent[call]!; caller > 0; caller = tree.parent[caller]!) {
      at = merger.child(at, tree.name[caller]!);
    }
    merger.addSelf(at, tree.total[call]!);
  }
  const built = merger.build();
  built.name[0] = name;
  return built;
}

/** Callers turned upside down and put on top of the callees; their root is the callees' root. */
function join(callersTree: CallTree, callees: FlameView, name: NameIndex): FlameView {
  const callers = layOut(callersTree);
  const below = callees.row.length;
  const above = callers.row.length - 1;
  const deepest = callers.rowStart.length - 2;
  const grow = <Column extends Int32Array | Float64Array>(
    made: Column,
    lower: Column,
    upper: Column,
    change = (value: number): number => value,
  ): Column => {
    made.set(lower);
    for (let node = 1; node <= above; node++) made[below + node - 1] = change(upper[node]!);
    return made;
  };
  const ints = (): Int32Array => new Int32Array(below + above);
  const floats = (): Float64Array => new Float64Array(below + above);
  const row = grow(
    ints(),
    callees.row.map((at) => (at < 0 ? at : at + deepest)),
    callers.row,
    (at) => deepest - at,
  );
  const rows = callees.rowStart.length - 1 + deepest;
  const names = grow(ints(), callees.name, callers.name);
  names[0] = name;
  return {
    names: callees.names,
    name: names,
    parent: grow(ints(), callees.parent, callers.parent, (at) => (at === 0 ? 0 : below + at - 1)),
    // What is measured in a caller itself is no part of the function's total.
    self: grow(floats(), callees.self, callers.self, () => 0),
    total: grow(floats(), callees.total, callers.total),
    start: grow(floats(), callees.start, callers.start),
    row,
    ...groupByRow(row, rows),
    root: 0,
    rootIsFrame: true,
    truncated: callees.truncated,
  };
}
