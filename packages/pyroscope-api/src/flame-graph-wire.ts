import {
  type CallTree,
  type NameIndex,
  type NodeIndex,
  ROOT_NAME,
  nodeCount,
} from '@hsi/profile-model';

/**
 * A flame graph as the wire has it. `levels[depth]` holds groups of four: offset (from the end of
 * the bar before, or from 0), total, self, index into `names`. Level 0 is one bar, the root.
 */
export interface WireFlameGraph {
  readonly names: readonly string[];
  readonly levels: readonly (readonly number[])[];
  readonly total: number;
  readonly maxSelf: number;
}

/** Thrown for a flame graph that is not one: an index out of bounds, a bar outside its parent. */
export class MalformedFlameGraph extends Error {
  constructor(reason: string) {
    super(`The server's flame graph cannot be read: ${reason}.`);
    this.name = 'MalformedFlameGraph';
  }
}

const GROUP = 4;

/** The wire form of a tree. A bar's children begin where its own self value ends. */
export function encodeFlameGraph(tree: CallTree): WireFlameGraph {
  const count = nodeCount(tree);
  const levels: number[][] = [];
  const levelEnd: number[] = [];
  const depth = new Int32Array(count);
  /** Where the next child of a node begins. */
  const nextStart = new Float64Array(count);
  let maxSelf = 0;
  for (let node = 0; node < count; node++) {
    const parent = tree.parent[node]!;
    const at = parent < 0 ? 0 : depth[parent]! + 1;
    const start = parent < 0 ? 0 : nextStart[parent]!;
    const total = tree.total[node]!;
    const self = tree.self[node]!;
    depth[node] = at;
    nextStart[node] = start + self;
    if (parent >= 0) nextStart[parent] = start + total;
    const level = (levels[at] ??= []);
    level.push(start - (levelEnd[at] ?? 0), total, self, tree.name[node]!);
    levelEnd[at] = start + total;
    if (self > maxSelf) maxSelf = self;
  }
  return { names: tree.names, levels, total: tree.total[0] ?? 0, maxSelf };
}

/**
 * The tree of a flame graph. A node `other` (frames that the server left out) is kept like any
 * other node. No levels at all is an empty tree.
 * @throws MalformedFlameGraph
 */
export function decodeFlameGraph(
  names: readonly string[],
  levels: readonly { readonly values: readonly unknown[] }[],
): CallTree {
  // Beyond 2^53 a double no longer tells whether a bar is within its parent or beside it.
  const total = Number(levels[0]?.values[1] ?? 0);
  const bars = Number.isSafeInteger(total)
    ? readBars(names, levels, (_, read) => read)
    : readBars(names, levels, (value, read) => BigInt(isDigits(value) ? value : read));
  if (bars.name.length === 0) return new Preorder(bars, [ROOT_NAME]).root();
  return new Preorder(bars, separateRoot(bars, names)).tree();
}

/** A frame that is called as the root is gets a name of its own: index 0 is the root's alone. */
function separateRoot({ name }: Bars, names: readonly string[]): readonly string[] {
  const root = name[0]!;
  if (name.indexOf(root, 1) < 0) return names;
  for (let bar = 1; bar < name.length; bar++) if (name[bar] === root) name[bar] = names.length;
  return [...names, names[root]!];
}

/** The bars of all levels, level by level. */
interface Bars {
  readonly name: NameIndex[];
  readonly total: number[];
  readonly self: number[];
  readonly firstChild: number[];
  readonly nextSibling: number[];
}

function isDigits(value: unknown): value is string {
  return typeof value === 'string' && /^\d+$/.test(value);
}

/**
 * `placeOf` makes the numbers that places are counted in, doubles or integers of any size, of a
 * value of the wire and what was read of it.
 */
function readBars<Place extends number | bigint>(
  names: readonly string[],
  levels: readonly { readonly values: readonly unknown[] }[],
  placeOf: (value: unknown, read: number) => Place,
): Bars {
  const bars: Bars = { name: [], total: [], self: [], firstChild: [], nextSibling: [] };
  const ends: Place[] = [];
  const sum = (a: Place, b: Place): Place => ((a as number) + (b as number)) as Place;
  let above = { from: 0, to: 0 };
  for (const [depth, { values }] of levels.entries()) {
    if (values.length % GROUP !== 0) {
      throw new MalformedFlameGraph(`level ${depth} has ${values.length} values`);
    }
    if (depth === 0 && values.length !== GROUP) {
      if (values.length === 0 && levels.length === 1) break;
      throw new MalformedFlameGraph(`level 0 has ${values.length / GROUP} bars`);
    }
    const from = bars.name.length;
    let parent = above.from;
    let lastChild = -1;
    let end = placeOf(0, 0);
    for (let at = 0; at < values.length; at += GROUP) {
      const offset = whole(values[at], depth);
      const total = whole(values[at + 1], depth);
      const name = whole(values[at + 3], depth);
      if (name >= names.length) {
        throw new MalformedFlameGraph(`level ${depth} names string ${name} of ${names.length}`);
      }
      const start = sum(end, placeOf(values[at], offset));
      end = sum(start, placeOf(values[at + 1], total));
      const bar = bars.name.push(name) - 1;
      bars.total.push(total);
      bars.self.push(whole(values[at + 2], depth));
      bars.firstChild.push(-1);
      bars.nextSibling.push(-1);
      ends.push(end);
      if (depth === 0) continue;
      while (parent < above.to && start >= ends[parent]!) {
        if (total === 0 && start === ends[parent]!) break;
        parent++;
        lastChild = -1;
      }
      if (parent >= above.to) {
        throw new MalformedFlameGraph(`level ${depth} has a bar without a parent`);
      }
      if (lastChild < 0) bars.firstChild[parent] = bar;
      else bars.nextSibling[lastChild] = bar;
      lastChild = bar;
    }
    above = { from, to: bars.name.length };
  }
  return bars;
}

/** Puts bars that are in the order of levels into a tree's order, depth first. */
class Preorder {
  constructor(
    private readonly bars: Bars,
    private readonly names: readonly string[],
  ) {}

  root(): CallTree {
    return {
      names: this.names,
      name: new Int32Array(1),
      parent: Int32Array.of(-1),
      self: new Float64Array(1),
      total: new Float64Array(1),
    };
  }

  tree(): CallTree {
    const { bars } = this;
    const count = bars.name.length;
    const tree = {
      names: this.names,
      name: new Int32Array(count),
      parent: new Int32Array(count),
      self: new Float64Array(count),
      total: new Float64Array(count),
    };
    const waiting: [bar: number, parent: NodeIndex][] = [[0, -1]];
    let node = 0;
    for (let top = waiting.pop(); top !== undefined; top = waiting.pop()) {
      const [bar, parent] = top;
      tree.name[node] = bars.name[bar]!;
      tree.parent[node] = parent;
      tree.self[node] = bars.self[bar]!;
      tree.total[node] = bars.total[bar]!;
      if (bars.nextSibling[bar]! >= 0) waiting.push([bars.nextSibling[bar]!, parent]);
      if (bars.firstChild[bar]! >= 0) waiting.push([bars.firstChild[bar]!, node]);
      node++;
    }
    return tree;
  }
}

/** An int64 of the wire: a decimal text in JSON, a number from other encoders. */
function whole(value: unknown, level: number): number {
  const read = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof read !== 'number' || !Number.isInteger(read) || read < 0) {
    throw new MalformedFlameGraph(`level ${level} has the value ${JSON.stringify(value)}`);
  }
  return read;
}
