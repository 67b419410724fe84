import {
  type ExactCallTree,
  INT64_MAX,
  type NameIndex,
  type NodeIndex,
  ROOT_NAME,
} from '@hsi/profile-model';
import { type Dictionary } from './dictionary.ts';

const TWO_32 = 4_294_967_296;

/**
 * Merges stack traces of several stretches into one tree by function name. Values are summed as
 * numbers; when the sum of all is beyond 2^53 they are summed again as 64-bit integers.
 */
export class TreeMerger {
  private readonly names: string[] = [ROOT_NAME];
  private readonly nameIndex = new Map<string, NameIndex>();
  private readonly name: NameIndex[] = [0];
  private readonly parent: NodeIndex[] = [-1];
  private readonly self: number[] = [0];
  /** (parent, name) -> node. */
  private readonly children = new Map<number, NodeIndex>();
  private readonly added: { readonly nodes: Int32Array; readonly values: BigInt64Array }[] = [];
  private sum = 0;

  /** Adds values of stack traces of one dictionary. */
  add(dictionary: Dictionary, stacks: Int32Array, values: BigInt64Array): void {
    const nodeOf = new StackNodes(dictionary, (parent, frame) =>
      this.child(parent, dictionary.strings[dictionary.frameName.data[frame]!]!),
    );
    const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
    const nodes = new Int32Array(stacks.length);
    for (let row = 0; row < stacks.length; row++) {
      const node = nodeOf.find(stacks[row]!);
      const value = halves[2 * row + 1]! * TWO_32 + (halves[2 * row]! >>> 0);
      nodes[row] = node;
      this.self[node]! += value;
      this.sum += value;
    }
    this.added.push({ nodes, values });
  }

  /** The merged tree, siblings in the order of their names. */
  build(): ExactCallTree {
    const count = this.name.length;
    const { order, position } = this.preorder();
    const tree = {
      names: this.names,
      name: new Int32Array(count),
      parent: new Int32Array(count),
      self: new Float64Array(count),
      total: new Float64Array(count),
    };
    for (let at = 0; at < count; at++) {
      const node = order[at]!;
      tree.name[at] = this.name[node]!;
      tree.parent[at] = node === 0 ? -1 : position[this.parent[node]!]!;
      tree.self[at] = this.self[node]!;
      tree.total[at] = this.self[node]!;
    }
    for (let at = count - 1; at > 0; at--) tree.total[tree.parent[at]!]! += tree.total[at]!;
    if (this.sum <= Number.MAX_SAFE_INTEGER) return tree;
    return { ...tree, exact: this.exactValues(tree.parent, position) };
  }

  private child(parent: NodeIndex, name: string): NodeIndex {
    let index = this.nameIndex.get(name);
    if (index === undefined) {
      index = this.names.push(name) - 1;
      this.nameIndex.set(name, index);
    }
    const key = parent * 0x4000000 + index;
    const found = this.children.get(key);
    if (found !== undefined) return found;
    const made = this.name.push(index) - 1;
    this.parent.push(parent);
    this.self.push(0);
    this.children.set(key, made);
    return made;
  }

  /** Nodes depth first, and where each one is. A node's parent always has a lower index. */
  private preorder(): { order: Int32Array; position: Int32Array } {
    const count = this.name.length;
    const rank = this.nameRanks();
    const byName = Int32Array.from({ length: count }, (_, node) => node).sort(
      (a, b) => rank[this.name[b]!]! - rank[this.name[a]!]!,
    );
    const firstChild = new Int32Array(count).fill(-1);
    const nextSibling = new Int32Array(count).fill(-1);
    for (const node of byName) {
      if (node === 0) continue;
      const parent = this.parent[node]!;
      nextSibling[node] = firstChild[parent]!;
      firstChild[parent] = node;
    }
    const order = new Int32Array(count);
    const position = new Int32Array(count);
    const waiting: NodeIndex[] = [0];
    for (let at = 0; at < count; at++) {
      const node = waiting.pop()!;
      order[at] = node;
      position[node] = at;
      if (nextSibling[node]! >= 0) waiting.push(nextSibling[node]!);
      if (firstChild[node]! >= 0) waiting.push(firstChild[node]!);
    }
    return { order, position };
  }

  private nameRanks(): Int32Array {
    const rank = new Int32Array(this.names.length);
    const sorted = [...this.names.keys()].sort((a, b) =>
      this.names[a]! < this.names[b]! ? -1 : this.names[a]! > this.names[b]! ? 1 : 0,
    );
    for (const [at, name] of sorted.entries()) rank[name] = at;
    return rank;
  }

  private exactValues(parent: Int32Array, position: Int32Array) {
    const sums = Array.from({ length: parent.length }, () => 0n);
    for (const { nodes, values } of this.added) {
      for (let row = 0; row < nodes.length; row++) sums[position[nodes[row]!]!]! += values[row]!;
    }
    const self = BigInt64Array.from(sums, saturated);
    for (let at = sums.length - 1; at > 0; at--) sums[parent[at]!]! += sums[at]!;
    return { self, total: BigInt64Array.from(sums, saturated) };
  }
}

function saturated(value: bigint): bigint {
  return value > INT64_MAX ? INT64_MAX : value;
}

/** Finds the tree's node of a stack trace, once for each of its beginnings. */
class StackNodes {
  /** Stack -> node + 1; 0 is unknown. */
  private readonly known: Int32Array;
  private readonly path: number[] = [];

  constructor(
    private readonly dictionary: Dictionary,
    private readonly child: (parent: NodeIndex, frame: number) => NodeIndex,
  ) {
    this.known = new Int32Array(dictionary.stackCount);
    this.known[0] = 1;
  }

  find(stack: number): NodeIndex {
    const { stackParent, stackFrame } = this.dictionary;
    let at = stack;
    while (this.known[at] === 0) {
      this.path.push(at);
      at = stackParent.data[at]!;
    }
    let node = this.known[at]! - 1;
    for (let below = this.path.pop(); below !== undefined; below = this.path.pop()) {
      node = this.child(node, stackFrame.data[below]!);
      this.known[below] = node + 1;
    }
    return node;
  }
}
