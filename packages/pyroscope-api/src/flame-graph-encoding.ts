import { type ExactCallTree, type NodeIndex } from '@hsi/profile-model';
import { encodeFlameGraph } from './flame-graph-wire.ts';
import { WireWriter } from '@hsi/protobuf-wire';

/** An int64 of the wire: a number up to 2^53, a bigint where values are beyond that. */
export type Int64 = number | bigint;

/** A flame graph or a diff as the wire has it; unused names are left out. */
export interface WireGraph {
  readonly names: readonly string[];
  readonly levels: readonly (readonly Int64[])[];
  readonly total: Int64;
  readonly maxSelf: Int64;
  /** Totals of both sides; a diff has them. */
  readonly ticks?: readonly [left: Int64, right: Int64];
}

const BAR = 4;

/** The wire form of a tree, with exact values where it has them. */
export function wireGraph(tree: ExactCallTree): WireGraph {
  const graph = tree.exact === undefined ? encodeFlameGraph(tree) : exactGraph(tree, tree.exact);
  const names = new NameTable();
  const index = new Int32Array(tree.names.length).fill(-1);
  for (const node of lastChildFirst(tree.parent)) {
    const name = tree.name[node]!;
    if (index[name]! < 0) index[name] = names.add(tree.names[name]!);
  }
  const levels = graph.levels.map((level) =>
    level.map((value, at) => (at % BAR === BAR - 1 ? index[Number(value)]! : value)),
  );
  return { ...graph, names: names.names, levels };
}

/** The names that a graph's bars have, each once, in the order in which they are added. */
export class NameTable {
  readonly names: string[] = [];
  private readonly index = new Map<string, number>();

  add(name: string): number {
    const found = this.index.get(name);
    if (found !== undefined) return found;
    const made = this.names.push(name) - 1;
    this.index.set(name, made);
    return made;
  }
}

/**
 * The nodes of a tree, each before its children, the last child first. Pyroscope numbers names in
 * this order; so do we, and equal trees are equal bytes.
 */
function* lastChildFirst(parent: Int32Array): Generator<NodeIndex> {
  const lastChild = new Int32Array(parent.length).fill(-1);
  const previous = new Int32Array(parent.length).fill(-1);
  for (let node = 1; node < parent.length; node++) {
    previous[node] = lastChild[parent[node]!]!;
    lastChild[parent[node]!] = node;
  }
  for (let node = 0; ; node = previous[node]!) {
    for (; lastChild[node]! >= 0; node = lastChild[node]!) yield node;
    yield node;
    while (node > 0 && previous[node]! < 0) node = parent[node]!;
    if (node === 0) return;
  }
}

/** As `encodeFlameGraph`, in 64-bit integers. */
function exactGraph(
  tree: ExactCallTree,
  { self, total }: NonNullable<ExactCallTree['exact']>,
): WireGraph {
  const levels: bigint[][] = [];
  const levelEnd: bigint[] = [];
  const depth = new Int32Array(tree.name.length);
  const nextStart: bigint[] = [];
  let maxSelf = 0n;
  for (let node = 0; node < tree.name.length; node++) {
    const parent = tree.parent[node]!;
    const at = parent < 0 ? 0 : depth[parent]! + 1;
    const start = parent < 0 ? 0n : nextStart[parent]!;
    depth[node] = at;
    nextStart[node] = start + self[node]!;
    if (parent >= 0) nextStart[parent] = start + total[node]!;
    const level = (levels[at] ??= []);
    level.push(start - (levelEnd[at] ?? 0n), total[node]!, self[node]!, BigInt(tree.name[node]!));
    levelEnd[at] = start + total[node]!;
    if (self[node]! > maxSelf) maxSelf = self[node]!;
  }
  return { names: tree.names, levels, total: total[0] ?? 0n, maxSelf };
}

/**
 * `{"flamegraph": ...}` as Connect's JSON: int64 as text, zero values left out. Written directly,
 * because protobuf's general JSON takes ten times as long for a large graph.
 */
export function flameGraphJson(graph: WireGraph): string {
  const levels = graph.levels.map((values) => `{"values":["${values.join('","')}"]}`);
  const fields = [
    graph.names.length > 0 ? `"names":${JSON.stringify(graph.names)}` : '',
    levels.length > 0 ? `"levels":[${levels.join(',')}]` : '',
    int64Field('total', graph.total),
    int64Field('maxSelf', graph.maxSelf),
    int64Field('leftTicks', graph.ticks?.[0] ?? 0),
    int64Field('rightTicks', graph.ticks?.[1] ?? 0),
  ];
  return `{"flamegraph":{${fields.filter((field) => field !== '').join(',')}}}`;
}

function int64Field(name: string, value: Int64): string {
  return Number(value) === 0 ? '' : `"${name}":"${value}"`;
}

/** The same answer as protobuf: field 1 of every response that holds a flame graph. */
export function flameGraphBinary(graph: WireGraph): Uint8Array {
  const body = new WireWriter();
  for (const name of graph.names) body.text(1, name);
  for (const values of graph.levels) {
    const level = new WireWriter();
    level.packed(1, values);
    body.bytes(2, level.finish());
  }
  body.int64(3, graph.total);
  body.int64(4, graph.maxSelf);
  body.int64(5, graph.ticks?.[0] ?? 0);
  body.int64(6, graph.ticks?.[1] ?? 0);
  const response = new WireWriter();
  response.bytes(1, body.finish());
  return response.finish();
}
