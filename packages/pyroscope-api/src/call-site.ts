import { type ExactCallTree } from '@hsi/profile-model';

/**
 * The part of a tree whose stack traces begin with `callSite` (root first): the frames of the call
 * site and all below. An empty call site is the whole tree; one that is not there an empty tree.
 */
export function selectCallSite(tree: ExactCallTree, callSite: readonly string[]): ExactCallTree {
  if (callSite.length === 0) return tree;
  const path = [0];
  for (const name of callSite) {
    const parent = path.at(-1)!;
    const node = tree.name.findIndex(
      (index, at) => tree.parent[at] === parent && tree.names[index] === name,
    );
    if (node < 0) return pick(tree, [0], 0, 0);
    path.push(node);
  }
  const from = path.pop()!;
  let end = from + 1;
  while (end < tree.name.length && tree.parent[end]! >= from) end++;
  return pick(tree, path, from, end);
}

/** The nodes of `path`, without values of their own, and the nodes from `from` to `end`. */
function pick(
  tree: ExactCallTree,
  path: readonly number[],
  from: number,
  end: number,
): ExactCallTree {
  const nodes = [...path, ...Array.from({ length: end - from }, (_, at) => from + at)];
  const isPath = (at: number) => at < path.length;
  const total = end > from ? tree.total[from]! : 0;
  const exactTotal = end > from ? (tree.exact?.total[from] ?? 0n) : 0n;
  return {
    names: tree.names,
    name: Int32Array.from(nodes, (node) => tree.name[node]!),
    parent: Int32Array.from(nodes, (node, at) =>
      at <= path.length ? at - 1 : tree.parent[node]! - from + path.length,
    ),
    self: Float64Array.from(nodes, (node, at) => (isPath(at) ? 0 : tree.self[node]!)),
    total: Float64Array.from(nodes, (node, at) => (isPath(at) ? total : tree.total[node]!)),
    exact: tree.exact && {
      self: BigInt64Array.from(nodes, (node, at) => (isPath(at) ? 0n : tree.exact!.self[node]!)),
      total: BigInt64Array.from(nodes, (node, at) =>
        isPath(at) ? exactTotal : tree.exact!.total[node]!,
      ),
    },
  };
}
