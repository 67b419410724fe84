import { topFunctions } from '@hsi/flamegraph';
import { type CallTree } from '@hsi/profile-model';

export type Change = 'new' | 'gone' | 'grew' | 'shrank';

/** One function on both sides. Shares are of each side's total, 0 to 1. */
export interface FunctionChange {
  readonly name: string;
  readonly change: Change;
  readonly before: { readonly self: number; readonly total: number; readonly share: number };
  readonly after: { readonly self: number; readonly total: number; readonly share: number };
  /** After minus before, of the compared column. */
  readonly difference: number;
  /** After's share minus before's, of the compared column. */
  readonly shareDifference: number;
}

/** The functions whose values differ, greatest difference first. */
export function compareTrees(
  before: CallTree,
  after: CallTree,
  by: 'self' | 'total',
): FunctionChange[] {
  const none = { self: 0, total: 0 };
  const [left, right] = [byName(before), byName(after)];
  const [leftTotal, rightTotal] = [before.total[0]!, after.total[0]!];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((name) => {
      const [a, b] = [left.get(name) ?? none, right.get(name) ?? none];
      const shareBefore = share(a[by], leftTotal);
      const shareAfter = share(b[by], rightTotal);
      return {
        name,
        change: changeOf(left.has(name), right.has(name), b[by] - a[by]),
        before: { self: a.self, total: a.total, share: shareBefore },
        after: { self: b.self, total: b.total, share: shareAfter },
        difference: b[by] - a[by],
        shareDifference: shareAfter - shareBefore,
      };
    })
    .filter(({ difference }) => difference !== 0)
    .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference) || (a.name < b.name ? -1 : 1));
}

function byName(tree: CallTree): Map<string, { self: number; total: number }> {
  return new Map(topFunctions(tree).map(({ name, self, total }) => [name, { self, total }]));
}

function changeOf(wasThere: boolean, isThere: boolean, difference: number): Change {
  if (!wasThere) return 'new';
  if (!isThere) return 'gone';
  return difference > 0 ? 'grew' : 'shrank';
}

function share(value: number, total: number): number {
  return total > 0 ? value / total : 0;
}
