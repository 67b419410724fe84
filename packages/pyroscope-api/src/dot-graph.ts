import { type CallTree, formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';

/** What a call graph is about, for its legend. */
export interface DotOptions {
  readonly type: string;
  readonly unit: SampleUnit;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly maxNodes: number;
}

interface FunctionNode {
  readonly name: string;
  self: number;
  /** Each stack trace once, also when the function is in it several times. */
  total: number;
}

interface Edge {
  readonly from: FunctionNode;
  readonly to: FunctionNode;
  value: number;
  /** True when functions that are not drawn lie between the two. */
  isIndirect: boolean;
}

/**
 * A tree as a graph of functions in Graphviz' DOT language, as pprof draws one: the functions with
 * the most time, and who calls whom. A call across functions that are left out is dotted.
 */
export function dotGraph(tree: CallTree, options: DotOptions): string {
  const functions = functionsOf(tree);
  const score = ({ self, total }: FunctionNode) => self + total;
  const drawn = [...functions.values()]
    .sort((a, b) => score(b) - score(a) || (a.name < b.name ? -1 : 1))
    .slice(0, options.maxNodes);
  const ids = new Map(drawn.map((node, index) => [node, `N${index + 1}`]));
  const all = tree.total[0] ?? 0;
  const write = new DotWriter(options.unit, all);
  return [
    'digraph "unnamed" {',
    'node [style=filled fillcolor="#f8f8f8"]',
    write.legend(options, drawn, functions.size),
    ...drawn.map((node) => write.node(ids.get(node)!, node)),
    ...edgesOf(tree, functions, ids)
      .sort((a, b) => b.value - a.value)
      .map((edge) => write.edge(ids.get(edge.from)!, ids.get(edge.to)!, edge)),
    '}\n',
  ].join('\n');
}

/** Goes down a tree, depth first, and up again. */
function walk(
  { parent }: CallTree,
  enter: (node: number) => void,
  leave: (node: number) => void,
): void {
  const open: number[] = [];
  for (let node = 1; node < parent.length; node++) {
    while (open.length > 0 && open.at(-1) !== parent[node]) leave(open.pop()!);
    enter(node);
    open.push(node);
  }
  while (open.length > 0) leave(open.pop()!);
}

function functionsOf(tree: CallTree): Map<string, FunctionNode> {
  const functions = new Map<string, FunctionNode>();
  /** How often a function is in the stack trace that is being walked. */
  const open = new Map<string, number>();
  const nameOf = (node: number) => tree.names[tree.name[node]!]!;
  walk(
    tree,
    (node) => {
      const name = nameOf(node);
      const found = functions.get(name) ?? { name, self: 0, total: 0 };
      functions.set(name, found);
      const times = open.get(name) ?? 0;
      open.set(name, times + 1);
      found.self += tree.self[node]!;
      if (times === 0) found.total += tree.total[node]!;
    },
    (node) => open.set(nameOf(node), open.get(nameOf(node))! - 1),
  );
  return functions;
}

function edgesOf(
  tree: CallTree,
  functions: ReadonlyMap<string, FunctionNode>,
  drawn: ReadonlyMap<FunctionNode, string>,
): Edge[] {
  const edges = new Map<string, Edge>();
  const open = new Map<string, number>();
  /** The drawn callers of the node that is being walked, and how many frames are above each. */
  const callers: { node: FunctionNode; depth: number; key: string | undefined }[] = [];
  let depth = 0;
  const functionOf = (node: number) => functions.get(tree.names[tree.name[node]!]!)!;
  walk(
    tree,
    (node) => {
      depth++;
      const to = functionOf(node);
      if (!drawn.has(to)) return;
      const caller = callers.at(-1);
      let key: string | undefined;
      if (caller !== undefined) {
        const { node: from } = caller;
        key = `${drawn.get(from)} ${drawn.get(to)}`;
        const edge = edges.get(key) ?? { from, to, value: 0, isIndirect: true };
        edges.set(key, edge);
        if (caller.depth === depth - 1) edge.isIndirect = false;
        const times = open.get(key) ?? 0;
        open.set(key, times + 1);
        if (times === 0) edge.value += tree.total[node]!;
      }
      callers.push({ node: to, depth, key });
    },
    (node) => {
      depth--;
      if (!drawn.has(functionOf(node))) return;
      const { key } = callers.pop()!;
      if (key !== undefined) open.set(key, open.get(key)! - 1);
    },
  );
  return [...edges.values()];
}

class DotWriter {
  constructor(
    private readonly unit: SampleUnit,
    private readonly all: number,
  ) {}

  legend({ type, time }: DotOptions, drawn: readonly FunctionNode[], count: number): string {
    const self = drawn.reduce((sum, node) => sum + node.self, 0);
    const lines = [
      `Type: ${type}`,
      `Time: ${new Date(time).toISOString()}`,
      `Showing nodes accounting for ${this.value(self)}, ${this.share(self)} of ${this.value(this.all)} total`,
      ...(drawn.length < count ? [`Showing top ${drawn.length} nodes out of ${count}`] : []),
    ];
    const label = lines.map((line) => `${escape(line)}\\l`).join('');
    return `subgraph cluster_L { ${quote(lines[0]!)} [shape=box fontsize=16 label="${label}"] }`;
  }

  node(id: string, { name, self, total }: FunctionNode): string {
    const own = self === 0 ? '0' : `${this.value(self)} (${this.share(self)})`;
    const label = self === total ? own : `${own}\\nof ${this.value(total)} (${this.share(total)})`;
    const size = 8 + Math.round(16 * Math.sqrt(this.all > 0 ? self / this.all : 0));
    const tooltip = quote(`${name} (${this.value(total)})`);
    return `${id} [label="${escape(name)}\\n${label}" id="node${id.slice(1)}" fontsize=${size} shape=box tooltip=${tooltip}]`;
  }

  edge(from: string, to: string, { from: caller, to: callee, value, isIndirect }: Edge): string {
    const share = this.all > 0 ? value / this.all : 0;
    const arrow = isIndirect ? '...' : '->';
    const tooltip = quote(`${caller.name} ${arrow} ${callee.name} (${this.value(value)})`);
    const style = isIndirect ? ' style="dotted"' : '';
    const weight = 1 + Math.round(100 * share);
    return `${from} -> ${to} [label=${quote(` ${this.value(value)}`)} weight=${weight} penwidth=${(1 + 5 * share).toFixed(1)} tooltip=${tooltip} labeltooltip=${tooltip}${style}]`;
  }

  private value(value: number): string {
    return formatValue(value, this.unit);
  }

  private share(value: number): string {
    return formatShare(this.all > 0 ? value / this.all : 0);
  }
}

function quote(text: string): string {
  return `"${escape(text)}"`;
}

function escape(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replace(/\r?\n/g, '\\n');
}
