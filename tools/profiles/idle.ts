import { type CallTree, PREFERRED_TYPES, type ProfileTypeId, pruneTree } from '@hsi/profile-model';

/** The frames by which the Node SDK counts time in which the thread waited; the page has the same rule. */
const IDLE = /^(?:.*:)?\(idle\)(?::\d+)?$/;

/** A CPU tree without the time spent waiting, and what share of it that was (0 to 1). */
export function withoutIdle(
  tree: CallTree,
  typeId: ProfileTypeId,
): { tree: CallTree; idleShare: number } {
  if (!PREFERRED_TYPES.cpu.includes(typeId)) return { tree, idleShare: 0 };
  const pruned = pruneTree(tree, (name) => IDLE.test(name));
  const whole = tree.total[0]!;
  return { tree: pruned, idleShare: whole > 0 ? (whole - pruned.total[0]!) / whole : 0 };
}
