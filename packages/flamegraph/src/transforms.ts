import { type CallTree, type NameIndex, type NodeIndex, nodeCount } from '@hsi/profile-model';
import { truncatedName } from './flame-view.ts';
import { nameWithoutLine } from './frame-name.ts';
import { TreeMerger } from './tree-merger.ts';

/*
 * Each transform gives a new tree of the same total. What a server left out (a leaf called `other`)
 * stays a leaf.
 */

/** True for each node that stands for left-out frames; undefined when there is none. */
function truncatedNodes(tree: CallTree): (node: NodeIndex) => boolean {
  const other = truncatedName(tree.names);
  if (other < 0) return () => false;
  return (node) => tree.name[node] === other && tree.parent[node + 1] !== node && node > 0;
}

/**
 * Callers below callees: the first row holds every function by its self value, the next one who
 * calls it, down to the entry points. What was left out has no known callers: it stays one leaf.
 */
export function invertTree(tree: CallTree): CallTree {
  const merger = new TreeMerger(tree.names, nodeCount(tree) * 2);
  const { name, parent, self } = tree;
  const isCut = truncatedNodes(tree);
  merger.addSelf(0, self[0]!);
  for (let node = 1; node < name.length; node++) {
    const value = self[node]!;
    if (value === 0) continue;
    let at = merger.child(0, name[node]!);
    if (!isCut(node)) {
      for (let caller = parent[node]!; caller > 0; caller = parent[caller]!) {
        at = merger.child(at, name[caller]!);
      }
    }
    merger.addSelf(at, value);
  }
  return heaviestFirst(merger.build());
}

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

/** Siblings by their totals, the largest first. */
export function heaviestFirst(tree: CallTree): CallTree {
  const count = nodeCount(tree);
  const { parent, total } = tree;
  const children: NodeIndex[][] = [];
  for (let node = 1; node < count; node++) (children[parent[node]!] ??= []).push(node);
  const order = new Int32Array(count);
  const placed = new Int32Array(count);
  const stack: NodeIndex[] = [0];
  let next = 0;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    placed[node] = next;
    order[next++] = node;
    const below = children[node];
    if (below === undefined) continue;
    if (below.length > 1) below.sort((a, b) => total[b]! - total[a]! || a - b);
    for (let at = below.length - 1; at >= 0; at--) stack.push(below[at]!);
  }
  return {
    names: tree.names,
    name: order.map((node) => tree.name[node]!),
    parent: order.map((node) => (node === 0 ? -1 : placed[parent[node]!]!)),
    self: Float64Array.from(order, (node) => tree.self[node]!),
    total: Float64Array.from(order, (node) => total[node]!),
  };
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
