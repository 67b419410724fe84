import { type CallTree, pruneTree } from '@hsi/profile-model';

/** The frames by which the Node SDK counts time in which the thread waited, `(idle)` or `:(idle):0`. */
const IDLE = /^(?:.*:)?\(idle\)(?::\d+)?$/;

export interface IdleSplit {
  /** The tree without idle frames. */
  readonly tree: CallTree;
  /** Idle values as a share of the whole, 0 to 1. */
  readonly idleShare: number;
}

const known = new WeakMap<CallTree, IdleSplit>();

/** Takes waiting out of a CPU tree and says how much of the tree it was. The same tree gives the same object. */
export function splitIdle(tree: CallTree): IdleSplit {
  const before = known.get(tree);
  if (before !== undefined) return before;
  const pruned = pruneTree(tree, (name) => IDLE.test(name));
  const whole = tree.total[0]!;
  const idleShare = whole > 0 ? (whole - pruned.total[0]!) / whole : 0;
  const split = { tree: pruned, idleShare };
  known.set(tree, split);
  return split;
}
