/** Index of a node in a {@link CallTree}. */
export type NodeIndex = number;
/** Index into {@link CallTree.names}. */
export type NameIndex = number;

/**
 * Merged stack traces as columns. Node 0 is the root, named `total`; a parent comes before its
 * children, and the nodes below a node follow it without a gap (depth first, pre-order).
 * `total[i]` is `self[i]` plus the totals of its children. Values are in the profile type's unit
 * and exact up to 2^53 (104 days of CPU time in nanoseconds).
 */
export interface CallTree {
  readonly names: readonly string[];
  /** Node -> its name. */
  readonly name: Int32Array;
  /** Node -> its parent; -1 for the root. */
  readonly parent: Int32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
}

/** Name of the root of every call tree. */
export const ROOT_NAME = 'total';

/**
 * Name of the node that stands for the frames which a server left out of its answer
 * (`maxNodes`). It is never drawn as a frame.
 */
export const TRUNCATED_NAME = 'other';

/** A tree without samples: the root alone. */
export function emptyCallTree(): CallTree {
  return new CallTreeBuilder().build();
}

export function nodeCount(tree: CallTree): number {
  return tree.name.length;
}

/** Depth of every node; the root has depth 0. */
export function depths(tree: CallTree): Int32Array {
  const depth = new Int32Array(nodeCount(tree));
  for (let node = 1; node < depth.length; node++) depth[node] = depth[tree.parent[node]!]! + 1;
  return depth;
}

/** For every node, the index after the last node below it. */
export function subtreeEnds(tree: CallTree): Int32Array {
  const ends = new Int32Array(nodeCount(tree));
  for (let node = ends.length - 1; node >= 0; node--) {
    ends[node] = Math.max(ends[node]!, node + 1);
    const parent = tree.parent[node]!;
    if (parent >= 0) ends[parent] = Math.max(ends[parent]!, ends[node]!);
  }
  return ends;
}

/** Collects stack traces and merges them by name into a {@link CallTree}. */
export class CallTreeBuilder {
  private readonly names: string[] = [ROOT_NAME];
  // Index 0 is the root's alone: a function that is called as the root is none the less one.
  private readonly nameIndex = new Map<string, NameIndex>();
  private readonly name: NameIndex[] = [0];
  private readonly self: number[] = [0];
  private readonly children: (Map<NameIndex, NodeIndex> | undefined)[] = [undefined];

  /** Adds a value to the stack trace `frames`, root first. No frames adds to the root itself. */
  add(frames: Iterable<string>, value: number): void {
    let node: NodeIndex = 0;
    for (const frame of frames) node = this.child(node, frame);
    this.addSelf(node, value);
  }

  /** The child of `node` with this name, made when absent. */
  child(node: NodeIndex, frame: string): NodeIndex {
    const name = this.intern(frame);
    const children = (this.children[node] ??= new Map<NameIndex, NodeIndex>());
    const found = children.get(name);
    if (found !== undefined) return found;
    const made = this.name.push(name) - 1;
    this.self.push(0);
    this.children.push(undefined);
    children.set(name, made);
    return made;
  }

  addSelf(node: NodeIndex, value: number): void {
    this.self[node]! += value;
  }

  /** The merged tree; siblings are in the order of their names. The builder can go on collecting. */
  build(): CallTree {
    const count = this.name.length;
    const tree = {
      names: [...this.names],
      name: new Int32Array(count),
      parent: new Int32Array(count),
      self: new Float64Array(count),
      total: new Float64Array(count),
    };
    const stack: [from: NodeIndex, parent: NodeIndex][] = [[0, -1]];
    let next = 0;
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const [from, parent] = top;
      const node = next++;
      tree.name[node] = this.name[from]!;
      tree.parent[node] = parent;
      tree.self[node] = this.self[from]!;
      const children = [...(this.children[from]?.entries() ?? [])].sort(([a], [b]) =>
        this.names[a]! < this.names[b]! ? 1 : -1,
      );
      for (const [, child] of children) stack.push([child, node]);
    }
    sumTotals(tree);
    return tree;
  }

  private intern(frame: string): NameIndex {
    const found = this.nameIndex.get(frame);
    if (found !== undefined) return found;
    const made = this.names.push(frame) - 1;
    this.nameIndex.set(frame, made);
    return made;
  }
}

/** Fills `total` from `self`, children before parents. */
export function sumTotals(tree: CallTree): void {
  tree.total.set(tree.self);
  for (let node = nodeCount(tree) - 1; node > 0; node--) {
    tree.total[tree.parent[node]!]! += tree.total[node]!;
  }
}

/** The frames from below the root to `node`. */
export function stackTrace(tree: CallTree, node: NodeIndex): string[] {
  const frames: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]!) frames.push(tree.names[tree.name[at]!]!);
  return frames.reverse();
}

/** Every value of the tree divided by `divisor` (> 0): the average of that many snapshots. */
export function scaleTree(tree: CallTree, divisor: number): CallTree {
  return {
    ...tree,
    self: tree.self.map((value) => value / divisor),
    total: tree.total.map((value) => value / divisor),
  };
}

/** The tree without the nodes that `drop` names, and without all below them; totals shrink accordingly. */
export function pruneTree(tree: CallTree, drop: (name: string) => boolean): CallTree {
  const dropped = tree.names.map((name, index) => index > 0 && drop(name));
  if (!dropped.includes(true)) return tree;
  const builder = new CallTreeBuilder();
  const kept = new Int32Array(nodeCount(tree)).fill(-1);
  kept[0] = 0;
  builder.addSelf(0, tree.self[0]!);
  for (let node = 1; node < kept.length; node++) {
    const parent = kept[tree.parent[node]!]!;
    if (parent < 0 || dropped[tree.name[node]!]) continue;
    const made = builder.child(parent, tree.names[tree.name[node]!]!);
    kept[node] = made;
    builder.addSelf(made, tree.self[node]!);
  }
  return builder.build();
}
