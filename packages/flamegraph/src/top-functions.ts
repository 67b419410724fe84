import { type CallTree, type NameIndex } from '@hsi/profile-model';
import { isTruncated, truncatedName } from './flame-view.ts';

/** One function of a profile, wherever it is called from. */
export interface TopFunction {
  readonly name: string;
  readonly nameIndex: NameIndex;
  readonly self: number;
  /** A call below a call of the same function counts once. */
  readonly total: number;
}

/** Functions with their self and total values, in no order. What a server left out is no function. */
export function topFunctions(tree: CallTree): TopFunction[] {
  const { names, name, parent, self, total } = tree;
  const selfOf = new Float64Array(names.length);
  const totalOf = new Float64Array(names.length);
  // For each name the node after the subtree of its outermost call that is open.
  const openUntil = new Int32Array(names.length);
  const ends = endsOf(parent);
  const other = truncatedName(names);
  for (let node = 1; node < name.length; node++) {
    const index = name[node]!;
    if (index === other && isTruncated(tree, node)) continue;
    selfOf[index]! += self[node]!;
    if (node < openUntil[index]!) continue;
    totalOf[index]! += total[node]!;
    openUntil[index] = ends[node]!;
  }
  const functions: TopFunction[] = [];
  for (let index = 1; index < names.length; index++) {
    if (totalOf[index] === 0) continue;
    functions.push({
      name: names[index]!,
      nameIndex: index,
      self: selfOf[index]!,
      total: totalOf[index]!,
    });
  }
  return functions;
}

function endsOf(parent: Int32Array): Int32Array {
  const ends = new Int32Array(parent.length);
  for (let node = parent.length - 1; node > 0; node--) {
    if (ends[node] === 0) ends[node] = node + 1;
    const above = parent[node]!;
    if (ends[node]! > ends[above]!) ends[above] = ends[node]!;
  }
  return ends;
}

export const TOP_COLUMNS = ['name', 'self', 'total'] as const;
export type TopColumn = (typeof TOP_COLUMNS)[number];

/** Sorted by one column; equal values by name, so that the order is always the same. */
export function sortFunctions(
  functions: readonly TopFunction[],
  column: TopColumn,
  descending: boolean,
): TopFunction[] {
  const byName = (a: TopFunction, b: TopFunction): number =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  const sign = descending ? -1 : 1;
  return [...functions].sort((a, b) => {
    if (column === 'name') return sign * byName(a, b);
    return sign * (a[column] - b[column]) || byName(a, b);
  });
}
