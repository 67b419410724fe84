import { type CallTree, type NameIndex, type NodeIndex, nodeCount } from '@hsi/profile-model';
import { truncatedName } from './flame-view.ts';
import { nameWithoutLine } from './frame-name.ts';
import { TreeMerger } from './tree-merger.ts';

/*
 * Each transform gives a new tree of the same total. What a server left out (a leaf called `other`)
 * stays a leaf.
 */

/** Direct recursion drawn as one call: `walk > walk > walk` becomes `walk`. */
export function collapseRecursion(tree: CallTree): CallTree {
  return rebuild(tree, (merger, above, name) =>
    above > 0 && merger.nameOf(above) === name ? above : merger.child(above, name),
  );
}

/** Siblings that differ by nothing but a line (places in one function, closures of one file) drawn as one. */
export function collapseSiblings(tree: CallTree): CallTree {
  const names: string[] = [...tree.names];
  const indexOf = new Map<string, NameIndex>();
  const other = truncatedName(tree.names);
  const joined = Int32Array.from(tree.names, (name, index) => {
    if (index === 0 || index === other) return index;
    const short = nameWithoutLine(name);
    const known = indexOf.get(short);
    if (known !== undefined) {
      // A name keeps its line for as long as it is the only one of its kind.
      names[known] = short;
      return known;
    }
    indexOf.set(short, index);
    return index;
  });
  return rebuild(tree, (merger, above, name) => merger.child(above, joined[name]!), names);
}

/**
 * The tree without the frames that `hide` names: their callees move up to their callers, and so
 * does their self value, so that the total stays.
 */
export function hideFrames(tree: CallTree, hide: (name: string) => boolean): CallTree {
  const other = truncatedName(tree.names);
  const hidden = tree.names.map((name, index) => index > 0 && index !== other && hide(name));
  if (!hidden.includes(true)) return tree;
  return rebuild(tree, (merger, above, name) => (hidden[name] ? above : merger.child(above, name)));
}

/** The value that is measured in the frames themselves that `hide` names. */
export function selfOfNames(tree: CallTree, hide: (name: string) => boolean): number {
  const hidden = tree.names.map((name, index) => index > 0 && hide(name));
  let sum = 0;
  for (let node = 1; node < tree.name.length; node++) {
    if (hidden[tree.name[node]!]) sum += tree.self[node]!;
  }
  return sum;
}

/** Siblings by their totals, the largest first. Nodes may come in any order that has parents before children. */
export function heaviestFirst(tree: CallTree): CallTree {
  const { parent, total } = tree;
  const count = nodeCount(tree);
  const siblings = siblingLists(tree);
  const order = new Int32Array(count);
  const placed = new Int32Array(count);
  let node: NodeIndex = 0;
  for (let next = 0; next < count; next++) {
    order[next] = node;
    placed[node] = next;
    if (siblings.first[node]! >= 0) {
      node = siblings.first[node]!;
      continue;
    }
    while (node > 0 && siblings.next[node]! < 0) node = parent[node]!;
    node = siblings.next[node]!;
  }
  return {
    names: tree.names,
    name: order.map((from) => tree.name[from]!),
    parent: order.map((from) => (from === 0 ? -1 : placed[parent[from]!]!)),
    self: gather(tree.self, order),
    total: gather(total, order),
  };
}

/** For each node its largest child and the sibling that comes after it; -1 for none. */
function siblingLists(tree: CallTree): { first: Int32Array; next: Int32Array } {
  const { parent, total } = tree;
  const first = new Int32Array(parent.length).fill(-1);
  const next = new Int32Array(parent.length).fill(-1);
  const several = new Uint8Array(parent.length);
  for (let node = parent.length - 1; node > 0; node--) {
    const above = parent[node]!;
    if (first[above]! >= 0) several[above] = 1;
    next[node] = first[above]!;
    first[above] = node;
  }
  const list: NodeIndex[] = [];
  for (let above = 0; above < several.length; above++) {
    if (several[above] === 0) continue;
    list.length = 0;
    for (let child = first[above]!; child >= 0; child = next[child]!) list.push(child);
    list.sort((a, b) => total[b]! - total[a]! || a - b);
    first[above] = list[0]!;
    for (let at = 0; at < list.length; at++) next[list[at]!] = list[at + 1] ?? -1;
  }
  return { first, next };
}

function gather(from: Float64Array, order: Int32Array): Float64Array {
  const column = new Float64Array(order.length);
  for (let at = 0; at < order.length; at++) column[at] = from[order[at]!]!;
  return column;
}

/** Walks the tree from the root and merges each node where `place` says. */
function rebuild(
  tree: CallTree,
  place: (merger: TreeMerger, above: NodeIndex, name: NameIndex) => NodeIndex,
  names: readonly string[] = tree.names,
): CallTree {
  const merger = new TreeMerger(names, nodeCount(tree));
  const moved = new Int32Array(nodeCount(tree));
  merger.addSelf(0, tree.self[0]!);
  for (let node = 1; node < moved.length; node++) {
    const target = place(merger, moved[tree.parent[node]!]!, tree.name[node]!);
    moved[node] = target;
    merger.addSelf(target, tree.self[node]!);
  }
  return merger.build();
}
