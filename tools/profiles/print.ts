import { isTruncated, sortFunctions, topFunctions } from '@hsi/flamegraph';
import {
  type CallTree,
  depths,
  formatShare,
  formatValue,
  nodeCount,
  subtreeEnds,
} from '@hsi/profile-model';
import { type FunctionChange } from './compare.ts';
import { type Graph } from './questions.ts';

/** Texts of others (function names, labels) without what could command a terminal. */
export function plain(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    '\ufffd',
  );
}

/** Columns, each as wide as its widest cell; `right` names those that end at their right edge. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string[] {
  const cells = [head, ...rows].map((row) => row.map(plain));
  const widths = head.map((_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? '')].length)),
  );
  return cells.map((row) =>
    row
      .map((text, column) => {
        const space = ' '.repeat(widths[column]! - [...text].length);
        return right.includes(column) ? space + text : text + space;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** What has to be said above every graph: whose, of what, how much, what was left out. */
export function graphHeading(graph: Graph): string {
  const { service, typeId, unit, total, snapshots, idleShare } = graph;
  if (typeId === undefined) return `${plain(service)}: no profiles of this kind in the range`;
  const parts = [`${plain(service)}: ${formatValue(total, unit)}`, plain(typeId)];
  if (snapshots !== undefined) {
    parts.push(`average of ${snapshots} ${snapshots === 1 ? 'snapshot' : 'snapshots'}`);
  }
  if (idleShare > 0) parts.push(`without (idle), ${formatShare(idleShare)}`);
  return parts.join(', ');
}

export interface TopRow {
  readonly name: string;
  readonly self: number;
  readonly total: number;
}

export function topRows(tree: CallTree, by: 'self' | 'total', limit: number): TopRow[] {
  return sortFunctions(topFunctions(tree), by, true)
    .slice(0, limit)
    .map(({ name, self, total }) => ({ name, self, total }));
}

export function topText(graph: Graph, rows: readonly TopRow[]): string[] {
  const amount = (value: number) => [
    formatValue(value, graph.unit),
    formatShare(graph.total > 0 ? value / graph.total : 0),
  ];
  return table(
    ['self', '', 'total', '', 'function'],
    rows.map(({ name, self, total }) => [...amount(self), ...amount(total), name]),
    [0, 1, 2, 3],
  );
}

/** A node as `--json` gives it; nodes are in order, each below the last one of a smaller depth. */
export interface FlameRow {
  readonly depth: number;
  readonly name: string;
  readonly self: number;
  readonly total: number;
  /** True for what the server merged because of the limit of nodes. */
  readonly leftOut?: true;
}

/** The tree in order, siblings by their totals, without what is below `leastShare` of the whole. */
export function flameRows(tree: CallTree, leastShare: number): FlameRow[] {
  const depth = depths(tree);
  const ends = subtreeEnds(tree);
  const least = leastShare * tree.total[0]!;
  const rows: FlameRow[] = [];
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node >= nodeCount(tree)) continue;
    rows.push({
      depth: depth[node]!,
      name: tree.names[tree.name[node]!]!,
      self: tree.self[node]!,
      total: tree.total[node]!,
      ...(isTruncated(tree, node) ? { leftOut: true as const } : {}),
    });
    const children: number[] = [];
    for (let child = node + 1; child < ends[node]!; child = ends[child]!) {
      if (tree.total[child]! >= least) children.push(child);
    }
    children.sort((a, b) => tree.total[a]! - tree.total[b]! || b - a);
    for (const child of children) open.push(child);
  }
  return rows;
}

export function flameText(graph: Graph, rows: readonly FlameRow[]): string[] {
  const width = Math.max(0, ...rows.map(({ total }) => formatValue(total, graph.unit).length));
  return rows.map(({ depth, name, total, leftOut }) => {
    const value = formatValue(total, graph.unit).padStart(width);
    const share = formatShare(graph.total > 0 ? total / graph.total : 0).padStart(6);
    const text = leftOut === true ? '(left out by the server)' : plain(name);
    return `${value}  ${share}  ${'  '.repeat(depth)}${text}`;
  });
}

export function diffText(changes: readonly FunctionChange[], unit: string, by: 'self' | 'total') {
  const signed = (value: number, text: string) => (value > 0 ? `+${text}` : text);
  const amount = (value: number) =>
    signed(value, value < 0 ? `-${formatValue(-value, unit)}` : formatValue(value, unit));
  const points = (value: number) =>
    signed(value, `${(value * 100).toFixed(2).replace(/^-(0\.00)$/, '$1')} pp`);
  return table(
    ['', 'change', 'share', 'before', 'after', 'function'],
    changes.map((change) => [
      change.change,
      amount(change.difference),
      points(change.shareDifference),
      formatValue(change.before[by], unit),
      formatValue(change.after[by], unit),
      change.name,
    ]),
    [1, 2, 3, 4],
  );
}
