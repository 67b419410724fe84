import {
  type ExactCallTree,
  type NameIndex,
  type NodeIndex,
  nodeCount,
  TRUNCATED_NAME,
} from '@hsi/profile-model';

/**
 * About `maxNodes` nodes of the tree, the greatest by total (the root not counted). What is left out below a
 * node becomes one child of it named `other`, so that all totals stay. 0 keeps everything.
 *
 * The nodes `other` count as well: when there are too many with them, the smallest go in a second
 * pass. Pyroscope cuts twice too (where it reads and where it answers), so the nodes are the same.
 */
export function truncateTree(tree: ExactCallTree, maxNodes: number): ExactCallTree {
  if (maxNodes <= 0 || nodeCount(tree) - 1 <= maxNodes) return tree;
  const other = tree.names.length;
  const named = { ...tree, names: [...tree.names, TRUNCATED_NAME] };
  const once = cut(named, maxNodes, other);
  return nodeCount(once) - 1 <= maxNodes ? once : cut(once, maxNodes, other);
}

/** One pass; `other` is the name of nodes that stand for what is left out. */
function cut(tree: ExactCallTree, maxNodes: number, other: NameIndex): ExactCallTree {
  const count = nodeCount(tree);
  const kept = greatestNodes(tree.total, maxNodes);
  const out = new TruncatedTree(tree, other);
  const madeOf = new Int32Array(count).fill(-1);
  madeOf[0] = out.keep(0, -1);
  /** Kept nodes whose children are being visited, and what was left out below each. */
  const open: { node: NodeIndex; end: number }[] = [{ node: 0, end: count }];
  const ends = subtreeEnds(tree.parent);
  for (let node = 1; node < count; node++) {
    while (open.at(-1)!.end <= node) out.close(madeOf[open.pop()!.node]!);
    const parent = madeOf[tree.parent[node]!]!;
    if (kept[node] === 1 && tree.name[node] !== other) {
      madeOf[node] = out.keep(node, parent);
      open.push({ node, end: ends[node]! });
    } else {
      out.leaveOut(node, parent);
      node = ends[node]! - 1;
    }
  }
  while (open.length > 0) out.close(madeOf[open.pop()!.node]!);
  return out.build();
}

/** With equals an answer has at most so many nodes, or `maxNodes` when that is more. */
const MOST_WITH_EQUALS = 16_384;

/**
 * Marks the `count` nodes with the greatest totals, and all that equal the least of them, as
 * Pyroscope does: which of them came first means nothing. Too many equals are cut off.
 */
function greatestNodes(total: Float64Array, count: number): Uint8Array {
  const sorted = total.slice(1).sort();
  const least = sorted[sorted.length - count]!;
  let left = Math.max(count, MOST_WITH_EQUALS);
  for (let at = sorted.length - 1; at >= 0 && sorted[at]! > least; at--) left--;
  const kept = new Uint8Array(total.length);
  for (let node = 1; node < total.length; node++) {
    if (total[node]! > least || (total[node] === least && left-- > 0)) kept[node] = 1;
  }
  return kept;
}

function subtreeEnds(parent: Int32Array): Int32Array {
  const ends = Int32Array.from(parent, (_, node) => node + 1);
  for (let node = parent.length - 1; node > 0; node--) {
    const above = parent[node]!;
    if (ends[node]! > ends[above]!) ends[above] = ends[node]!;
  }
  return ends;
}

class TruncatedTree {
  private readonly name: number[] = [];
  private readonly parent: number[] = [];
  private readonly self: number[] = [];
  private readonly total: number[] = [];
  private readonly exactSelf: bigint[] = [];
  private readonly exactTotal: bigint[] = [];
  /** New node -> what was left out below it; absent for nothing. */
  private readonly left = new Map<number, { total: number; exact: bigint }>();

  constructor(
    private readonly tree: ExactCallTree,
    private readonly other: NameIndex,
  ) {}

  keep(node: NodeIndex, parent: number): number {
    const { name, self, total, exact } = this.tree;
    return this.push(
      name[node]!,
      parent,
      self[node]!,
      total[node]!,
      exact?.self[node],
      exact?.total[node],
    );
  }

  leaveOut(node: NodeIndex, parent: number): void {
    const left = this.left.get(parent) ?? { total: 0, exact: 0n };
    left.total += this.tree.total[node]!;
    left.exact += this.tree.exact?.total[node] ?? 0n;
    this.left.set(parent, left);
  }

  /** Ends the children of a node: what was left out below it becomes the last one. */
  close(parent: number): void {
    const left = this.left.get(parent);
    if (left === undefined) return;
    const { total, exact } = left;
    this.push(this.other, parent, total, total, exact, exact);
  }

  build(): ExactCallTree {
    return {
      names: this.tree.names,
      name: Int32Array.from(this.name),
      parent: Int32Array.from(this.parent),
      self: Float64Array.from(this.self),
      total: Float64Array.from(this.total),
      exact:
        this.tree.exact === undefined
          ? undefined
          : {
              self: BigInt64Array.from(this.exactSelf),
              total: BigInt64Array.from(this.exactTotal),
            },
    };
  }

  private push(
    name: number,
    parent: number,
    self: number,
    total: number,
    exactSelf = 0n,
    exactTotal = 0n,
  ): number {
    this.parent.push(parent);
    this.self.push(self);
    this.total.push(total);
    this.exactSelf.push(exactSelf);
    this.exactTotal.push(exactTotal);
    return this.name.push(name) - 1;
  }
}
