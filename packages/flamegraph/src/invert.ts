import { type CallTree, type NameIndex, type NodeIndex, nodeCount } from '@hsi/profile-model';
import { isTruncated, truncatedName } from './flame-view.ts';
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
}

/** A tree that grows; parents come before their children. */
class Columns {
  private readonly name: NameIndex[] = [0];
  private readonly parent: NodeIndex[] = [-1];
  private readonly self: number[];

  constructor(rootSelf: number) {
    this.self = [rootSelf];
  }

  add(parent: NodeIndex, name: NameIndex, self: number): NodeIndex {
    this.parent.push(parent);
    this.name.push(name);
    return this.self.push(self) - 1;
  }

  addSelf(node: NodeIndex, value: number): void {
    this.self[node]! += value;
  }

  build(names: readonly string[]): CallTree {
    const self = Float64Array.from(this.self);
    const total = self.slice();
    for (let node = total.length - 1; node > 0; node--) total[this.parent[node]!]! += total[node]!;
    return {
      names,
      name: Int32Array.from(this.name),
      parent: Int32Array.from(this.parent),
      self,
      total,
    };
  }
}
