import { type CallTree, type NameIndex, type NodeIndex, nodeCount } from '@hsi/profile-model';
import { type FlameView, isTruncated, layOut, leftOut, truncatedName } from './flame-view.ts';
import { heaviestFirst } from './transforms.ts';

/**
 * Callers below callees: the first row holds every function by its self value, the next one who
 * calls it, down to the entry points; the largest first. What was left out has no known callers: it
 * stays one leaf.
 */
export function invertTree(tree: CallTree): CallTree {
  const inverted = new Columns(tree.self[0]!);
  const samples = samplesOf(tree);
  const hidden = samples.hidden;
  if (hidden > 0) inverted.add(0, truncatedName(tree.names), hidden);
  const grouper = new Grouper(tree, inverted);
  let level: Samples = samples;
  let groups = [{ node: 0, from: 0, to: level.at.length }];
  while (groups.length > 0) [level, groups] = grouper.descend(level, groups);
  return heaviestFirst(inverted.build(tree.names));
}

/**
 * The inverted tree laid out. In the tree a self value stands where a stack trace ends, at its entry
 * point; a person who reads the view means the function's own: all of it in the first row.
 */
export function invertedView(tree: CallTree): FlameView {
  const view = layOut(invertTree(tree));
  const self = new Float64Array(view.self.length);
  self[0] = view.self[0]!;
  for (let node = 1; node < self.length; node++) {
    if (view.parent[node] === 0) self[node] = view.total[node]!;
  }
  // In the tree they are one leaf.
  const { frames } = leftOut(tree);
  return { ...view, self, truncated: { ...view.truncated, frames } };
}

/** Self values on their way from the node that they were measured in up to the root. */
interface Samples {
  /** Where each is now. */
  readonly at: Int32Array;
  readonly value: Float64Array;
}

/** Samples that share an inverted node: `[from, to)`. */
interface Group {
  readonly node: NodeIndex;
  readonly from: number;
  readonly to: number;
}

function samplesOf(tree: CallTree): Samples & { hidden: number } {
  const other = truncatedName(tree.names);
  const at = new Int32Array(nodeCount(tree));
  const value = new Float64Array(at.length);
  let count = 0;
  let hidden = 0;
  for (let node = 1; node < at.length; node++) {
    if (tree.self[node] === 0) continue;
    if (tree.name[node] === other && isTruncated(tree, node)) {
      hidden += tree.self[node]!;
      continue;
    }
    at[count] = node;
    value[count++] = tree.self[node]!;
  }
  return { at: at.subarray(0, count), value: value.subarray(0, count), hidden };
}

/**
 * Goes down the inverted tree level by level. Samples of one node lie side by side, so a level is
 * made by counting names within each stretch: no lookup by parent and name, which would be the
 * larger part of the work.
 */
class Grouper {
  private readonly nodeOfName: Int32Array;
  private readonly countOfName: Int32Array;

  constructor(
    private readonly tree: CallTree,
    private readonly inverted: Columns,
  ) {
    this.nodeOfName = new Int32Array(tree.names.length).fill(-1);
    this.countOfName = new Int32Array(tree.names.length);
  }

  descend(samples: Samples, groups: readonly Group[]): [Samples, Group[]] {
    const at = new Int32Array(samples.at.length);
    const value = new Float64Array(samples.at.length);
    const made: Group[] = [];
    let next = 0;
    for (const group of groups) {
      next = this.split(samples, group, { at, value }, next, made);
    }
    return [{ at: at.subarray(0, next), value: value.subarray(0, next) }, made];
  }

  /** One node's samples into stretches by name, then each a step towards the root. Returns the end. */
  private split(
    from: Samples,
    group: Group,
    to: { at: Int32Array; value: Float64Array },
    start: number,
    made: Group[],
  ): number {
    if (group.to - group.from === 1) return this.follow(from, group, to, start, made);
    const { tree, inverted, nodeOfName, countOfName } = this;
    const seen: NameIndex[] = [];
    for (let index = group.from; index < group.to; index++) {
      const node = from.at[index]!;
      const name = tree.name[node]!;
      if (nodeOfName[name]! < 0) {
        seen.push(name);
        nodeOfName[name] = inverted.add(group.node, name, 0);
      }
      if (tree.parent[node] === 0) inverted.addSelf(nodeOfName[name]!, from.value[index]!);
      else countOfName[name]!++;
    }
    // From counts to where each name's stretch begins.
    let next = start;
    for (const name of seen) {
      const count = countOfName[name]!;
      if (count > 0) made.push({ node: nodeOfName[name]!, from: next, to: next + count });
      countOfName[name] = next;
      next += count;
    }
    for (let index = group.from; index < group.to; index++) {
      const node = from.at[index]!;
      if (tree.parent[node] === 0) continue;
      const place = countOfName[tree.name[node]!]!++;
      to.at[place] = tree.parent[node]!;
      to.value[place] = from.value[index]!;
    }
    for (const name of seen) {
      countOfName[name] = 0;
      nodeOfName[name] = -1;
    }
    return next;
  }

  /** A stretch of one sample: most of the deeper ones. */
  private follow(
    from: Samples,
    group: Group,
    to: { at: Int32Array; value: Float64Array },
    start: number,
    made: Group[],
  ): number {
    const { tree } = this;
    const node = from.at[group.from]!;
    const value = from.value[group.from]!;
    const caller = tree.parent[node]!;
    const child = this.inverted.add(group.node, tree.name[node]!, caller === 0 ? value : 0);
    if (caller === 0) return start;
    to.at[start] = caller;
    to.value[start] = value;
    made.push({ node: child, from: start, to: start + 1 });
    return start + 1;
  }
}

/** A tree that grows; parents come before their children. */
class Columns {
  private name = new Int32Array(1024);
  private parent = new Int32Array(1024);
  private self = new Float64Array(1024);
  private count = 1;

  constructor(rootSelf: number) {
    this.parent[0] = -1;
    this.self[0] = rootSelf;
  }

  add(parent: NodeIndex, name: NameIndex, self: number): NodeIndex {
    if (this.count === this.name.length) this.grow();
    const node = this.count++;
    this.parent[node] = parent;
    this.name[node] = name;
    this.self[node] = self;
    return node;
  }

  addSelf(node: NodeIndex, value: number): void {
    this.self[node]! += value;
  }

  build(names: readonly string[]): CallTree {
    const { count } = this;
    const parent = this.parent.slice(0, count);
    const self = this.self.slice(0, count);
    const total = self.slice();
    for (let node = count - 1; node > 0; node--) total[parent[node]!]! += total[node]!;
    return { names, name: this.name.slice(0, count), parent, self, total };
  }

  private grow(): void {
    const capacity = this.count * 2;
    const { name, parent, self } = this;
    this.name = new Int32Array(capacity);
    this.parent = new Int32Array(capacity);
    this.self = new Float64Array(capacity);
    this.name.set(name);
    this.parent.set(parent);
    this.self.set(self);
  }
}
