import { type CallTree, pruneTree } from '@hsi/profile-model';

/** The frames by which the Node SDK counts time in which the thread waited, `(idle)` or `:(idle):0`. */
const IDLE = /^(?:.*:)?\(idle\)(?::\d+)?$/;

export interface IdleSplit {
  /** The tree without idle frames. */
  readonly tree: CallTree;
  /** Idle values as a share of the whole, 0 to 1. */
  readonly idleShare: number;
}

/** Takes waiting out of a CPU tree and says how much of the tree it was. */
export function splitIdle(tree: CallTree): IdleSplit {
  const pruned = pruneTree(tree, (name) => IDLE.test(name));
  const whole = tree.total[0]!;
  return { tree: pruned, idleShare: whole > 0 ? (whole - pruned.total[0]!) / whole : 0 };
}
