import { type CallTree, type NodeIndex, ROOT_NAME, TRUNCATED_NAME } from '@hsi/profile-model';
import { NameTable, type WireGraph } from './flame-graph-encoding.ts';

interface DiffNode {
  readonly name: string;
  readonly self: [left: number, right: number];
  readonly total: [left: number, right: number];
  readonly children: Map<string, DiffNode>;
  /** What was left out of the children. */
  other?: DiffNode;
}

/**
 * Two trees as one, bars in groups of seven: offset, total and self of the left side, the same of
 * the right side, name. Siblings are in the order of their names. About `maxNodes` nodes are kept
 * (0 keeps all), those that are greatest on either side.
 */
export function diffGraph(left: CallTree, right: CallTree, maxNodes: number): WireGraph {
  const root = diffNode(ROOT_NAME);
  addSide(root, left, 0);
  addSide(root, right, 1);
  truncate(root, maxNodes);
  const names = nameTable(root);
  const levels: number[][] = [];
  let maxSelf = 0;
  /** One level: nodes and where both sides of each begin. */
  let level: { node: DiffNode; start: [number, number] }[] = [{ node: root, start: [0, 0] }];
  while (level.length > 0) {
    const values: number[] = [];
    const next: typeof level = [];
    const end: [number, number] = [0, 0];
    for (const { node, start } of level) {
      for (const side of [0, 1] as const) {
        values.push(start[side] - end[side], node.total[side], node.self[side]);
        end[side] = start[side] + node.total[side];
        maxSelf = Math.max(maxSelf, node.self[side]);
      }
      values.push(names.add(node.name));
      const at: [number, number] = [start[0] + node.self[0], start[1] + node.self[1]];
      for (const child of siblings(node)) {
        next.push({ node: child, start: [at[0], at[1]] });
        at[0] += child.total[0];
        at[1] += child.total[1];
      }
    }
    levels.push(values);
    level = next;
  }
  const ticks = root.total;
  return { names: names.names, levels, total: ticks[0] + ticks[1], maxSelf, ticks };
}

/** Children in the order of their names; what was left out comes last. */
function siblings({ children, other }: DiffNode): DiffNode[] {
  const sorted = [...children.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return other === undefined ? sorted : [...sorted, other];
}

/** The names in Pyroscope's order: each node before its children, the last child first. */
function nameTable(root: DiffNode): NameTable {
  const names = new NameTable();
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    names.add(node.name);
    for (const child of siblings(node)) waiting.push(child);
  }
  return names;
}

function diffNode(name: string): DiffNode {
  return { name, self: [0, 0], total: [0, 0], children: new Map() };
}

function addSide(root: DiffNode, tree: CallTree, side: 0 | 1): void {
  const nodes: DiffNode[] = [];
  for (let node: NodeIndex = 0; node < tree.name.length; node++) {
    let merged = root;
    if (node > 0) {
      const name = tree.names[tree.name[node]!]!;
      const parent = nodes[tree.parent[node]!]!;
      merged = parent.children.get(name) ?? diffNode(name);
      parent.children.set(name, merged);
    }
    merged.self[side] += tree.self[node]!;
    merged.total[side] += tree.total[node]!;
    nodes.push(merged);
  }
}

function truncate(root: DiffNode, maxNodes: number): void {
  if (maxNodes <= 0) return;
  const size = ({ total }: DiffNode) => Math.max(total[0], total[1]);
  const all: DiffNode[] = [root];
  for (const node of all) for (const child of node.children.values()) all.push(child);
  if (all.length - 1 <= maxNodes) return;
  const least = all.map(size).sort((a, b) => b - a)[maxNodes]!;
  for (const node of all) {
    const dropped = [...node.children.values()].filter((child) => size(child) < least);
    if (dropped.length === 0) continue;
    const other = diffNode(TRUNCATED_NAME);
    for (const child of dropped) {
      node.children.delete(child.name);
      for (const side of [0, 1] as const) {
        other.self[side] += child.total[side];
        other.total[side] += child.total[side];
      }
    }
    node.other = other;
  }
}
