import { type CallTree, type NameIndex, type NodeIndex } from '@hsi/profile-model';

/**
 * Builds a merged tree from names that have their numbers already: the counterpart of
 * `CallTreeBuilder` for the transforms, which make millions of steps. A child is found in an open
 * hash table keyed by parent and name.
 */
export class TreeMerger {
  private table: Int32Array;
  private name: Int32Array;
  private parent: Int32Array;
  private self: Float64Array;
  private count = 1;

  constructor(
    private readonly names: readonly string[],
    expectedNodes = 1024,
  ) {
    const capacity = powerOfTwo(expectedNodes + 1);
    this.table = new Int32Array(capacity * 2).fill(-1);
    this.name = new Int32Array(capacity);
    this.parent = new Int32Array(capacity);
    this.self = new Float64Array(capacity);
    this.parent[0] = -1;
  }

  nameOf(node: NodeIndex): NameIndex {
    return this.name[node]!;
  }

  parentOf(node: NodeIndex): NodeIndex {
    return this.parent[node]!;
  }

  /** The child of `parent` with this name, made when absent. */
  child(parent: NodeIndex, name: NameIndex): NodeIndex {
    const mask = this.table.length - 1;
    let slot = slotOf(parent, name) & mask;
    for (let node = this.table[slot]!; node >= 0; node = this.table[slot]!) {
      if (this.parent[node] === parent && this.name[node] === name) return node;
      slot = (slot + 1) & mask;
    }
    if (this.count === this.name.length) {
      this.grow();
      return this.child(parent, name);
    }
    const made = this.count++;
    this.name[made] = name;
    this.parent[made] = parent;
    this.table[slot] = made;
    return made;
  }

  addSelf(node: NodeIndex, value: number): void {
    this.self[node]! += value;
  }

  /** The tree in pre-order; siblings stand in the order in which they were made. */
  build(): CallTree {
    const { count } = this;
    const firstChild = new Int32Array(count).fill(-1);
    const nextSibling = new Int32Array(count).fill(-1);
    // Backwards, so that each list ends up in the order of making.
    for (let node = count - 1; node > 0; node--) {
      const parent = this.parent[node]!;
      nextSibling[node] = firstChild[parent]!;
      firstChild[parent] = node;
    }
    const tree = {
      names: this.names,
      name: new Int32Array(count),
      parent: new Int32Array(count),
      self: new Float64Array(count),
      total: new Float64Array(count),
    };
    const placed = new Int32Array(count);
    let next = 0;
    let node = 0;
    while (node >= 0) {
      placed[node] = next;
      tree.name[next] = this.name[node]!;
      tree.parent[next] = node === 0 ? -1 : placed[this.parent[node]!]!;
      tree.self[next] = this.self[node]!;
      next++;
      if (firstChild[node]! >= 0) {
        node = firstChild[node]!;
        continue;
      }
      while (node > 0 && nextSibling[node]! < 0) node = this.parent[node]!;
      node = node > 0 ? nextSibling[node]! : -1;
    }
    tree.total.set(tree.self);
    for (let at = count - 1; at > 0; at--) tree.total[tree.parent[at]!]! += tree.total[at]!;
    return tree;
  }

  private grow(): void {
    const capacity = this.name.length * 2;
    this.name = extended(this.name, new Int32Array(capacity));
    this.parent = extended(this.parent, new Int32Array(capacity));
    this.self = extended(this.self, new Float64Array(capacity));
    this.table = new Int32Array(capacity * 2).fill(-1);
    const mask = this.table.length - 1;
    for (let node = 1; node < this.count; node++) {
      let slot = slotOf(this.parent[node]!, this.name[node]!) & mask;
      while (this.table[slot]! >= 0) slot = (slot + 1) & mask;
      this.table[slot] = node;
    }
  }
}

/** The column `to`, which begins with what is in `from`. */
export function extended<Column extends Int32Array | Float64Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from);
  return to;
}

function slotOf(parent: NodeIndex, name: NameIndex): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(name + 1, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

function powerOfTwo(least: number): number {
  return 2 ** Math.max(4, Math.ceil(Math.log2(least)));
}
