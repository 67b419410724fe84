import { type CallTree, type NameIndex, type NodeIndex, nodeCount } from '@hsi/profile-model';
import { type FlameView, isTruncated, layOut, leftOut, truncatedName } from './flame-view.ts';
import { extended } from './tree-merger.ts';

/**
 * Callers below callees: the first row holds every function by its self value, the next one who
 * calls it, down to the entry points; the largest first. What was left out has no known callers: it
 * stays one leaf.
 */
export function invertTree(tree: CallTree): CallTree {
  return new Inverter(tree).build();
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

/** A node to be made, and the samples that come to it from below, `[from, to)`. */
interface Planned {
  readonly parent: NodeIndex;
  readonly name: NameIndex;
  readonly self: number;
  readonly total: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Takes each self value, a sample, from the node that it was measured in up to the root. Samples that
 * share an inverted node lie side by side; they are parted by counting names within the stretch, and
 * the heaviest part is followed to its end before the next. So nodes are made in the order in which
 * they stay: no lookup by parent and name, and no sorting of the whole tree, which would be most of
 * the work.
 */
class Inverter {
  private readonly inverted: Columns;
  private readonly at: Int32Array;
  private readonly value: Float64Array;
  private readonly atBefore: Int32Array;
  private readonly valueBefore: Float64Array;
  private readonly count: Int32Array;
  private readonly self: Float64Array;
  private readonly total: Float64Array;
  private samples = 0;
  private hidden = 0;

  constructor(private readonly tree: CallTree) {
    const nodes = nodeCount(tree);
    this.inverted = new Columns(nodes);
    this.at = new Int32Array(nodes);
    this.value = new Float64Array(nodes);
    this.atBefore = new Int32Array(nodes);
    this.valueBefore = new Float64Array(nodes);
    // By name; `count` is -1 for one that is not in the stretch.
    this.count = new Int32Array(tree.names.length).fill(-1);
    this.self = new Float64Array(tree.names.length);
    this.total = new Float64Array(tree.names.length);
    this.collect();
  }

  build(): CallTree {
    const { tree, inverted } = this;
    const sum = this.value.subarray(0, this.samples).reduce((a, b) => a + b, this.hidden);
    inverted.add(-1, 0, tree.self[0]!, tree.self[0]! + sum);
    const planned = this.split(0, 0, this.samples);
    if (this.hidden > 0) {
      const { hidden } = this;
      const other = { parent: 0, name: truncatedName(tree.names), self: hidden, total: hidden };
      planned.push({ ...other, from: 0, to: 0 });
      planned.sort((a, b) => a.total - b.total);
    }
    for (let next = planned.pop(); next !== undefined; next = planned.pop()) {
      const { from, to } = next;
      const node = inverted.add(next.parent, next.name, next.self, next.total);
      if (to - from === 1) this.follow(node, this.at[from]!, this.value[from]!);
      else if (to > from) for (const below of this.split(node, from, to)) planned.push(below);
    }
    return inverted.build(tree.names);
  }

  private collect(): void {
    const { tree } = this;
    const other = truncatedName(tree.names);
    for (let node = 1; node < tree.self.length; node++) {
      const self = tree.self[node]!;
      if (self === 0) continue;
      if (tree.name[node] === other && isTruncated(tree, node)) {
        this.hidden += self;
        continue;
      }
      this.at[this.samples] = node;
      this.value[this.samples++] = self;
    }
  }

  /** What is below a node, the lightest first; each sample goes a step towards the root. */
  private split(parent: NodeIndex, from: number, to: number): Planned[] {
    const { count, self, total } = this;
    const seen = this.tally(from, to);
    // Of equal ones the one met first is heavier.
    const heaviest = seen.length > 1 ? [...seen].sort((a, b) => total[b]! - total[a]!) : seen;
    const planned: Planned[] = [];
    let next = from;
    for (const name of heaviest) {
      const end = next + count[name]!;
      planned.push({ parent, name, self: self[name]!, total: total[name]!, from: next, to: end });
      // From a count to where the name's stretch begins.
      count[name] = next;
      next = end;
    }
    this.stepUp(from, to);
    for (const name of seen) {
      count[name] = -1;
      self[name] = 0;
      total[name] = 0;
    }
    return planned.reverse();
  }

  /** Sums a stretch by name. Returns the names, in the order in which they are met. */
  private tally(from: number, to: number): NameIndex[] {
    const { tree, at, value, count, self, total } = this;
    const seen: NameIndex[] = [];
    for (let index = from; index < to; index++) {
      const node = at[index]!;
      const name = tree.name[node]!;
      if (count[name]! < 0) {
        seen.push(name);
        count[name] = 0;
      }
      total[name]! += value[index]!;
      if (tree.parent[node] === 0) self[name]! += value[index]!;
      else count[name]!++;
    }
    return seen;
  }

  private stepUp(from: number, to: number): void {
    const { tree, at, value, atBefore, valueBefore, count } = this;
    for (let index = from; index < to; index++) {
      atBefore[index] = at[index]!;
      valueBefore[index] = value[index]!;
    }
    for (let index = from; index < to; index++) {
      const node = atBefore[index]!;
      const above = tree.parent[node]!;
      if (above === 0) continue;
      const place = count[tree.name[node]!]!++;
      at[place] = above;
      value[place] = valueBefore[index]!;
    }
  }

  /** One sample alone up to its entry point: most of the deeper nodes. */
  private follow(below: NodeIndex, from: NodeIndex, value: number): void {
    const { tree, inverted } = this;
    let parent = below;
    for (let node = from; node > 0;) {
      const above = tree.parent[node]!;
      parent = inverted.add(parent, tree.name[node]!, above === 0 ? value : 0, value);
      node = above;
    }
  }
}

/** A tree that grows, in the order of its nodes. */
class Columns {
  private name: Int32Array;
  private parent: Int32Array;
  private self: Float64Array;
  private total: Float64Array;
  private count = 0;

  constructor(expected: number) {
    this.name = new Int32Array(expected);
    this.parent = new Int32Array(expected);
    this.self = new Float64Array(expected);
    this.total = new Float64Array(expected);
  }

  add(parent: NodeIndex, name: NameIndex, self: number, total: number): NodeIndex {
    if (this.count === this.name.length) this.grow();
    const node = this.count++;
    this.parent[node] = parent;
    this.name[node] = name;
    this.self[node] = self;
    this.total[node] = total;
    return node;
  }

  build(names: readonly string[]): CallTree {
    const { count } = this;
    return {
      names,
      name: this.name.subarray(0, count),
      parent: this.parent.subarray(0, count),
      self: this.self.subarray(0, count),
      total: this.total.subarray(0, count),
    };
  }

  private grow(): void {
    const capacity = this.count * 2;
    this.name = extended(this.name, new Int32Array(capacity));
    this.parent = extended(this.parent, new Int32Array(capacity));
    this.self = extended(this.self, new Float64Array(capacity));
    this.total = extended(this.total, new Float64Array(capacity));
  }
}
