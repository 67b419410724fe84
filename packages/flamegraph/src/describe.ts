import { type NodeIndex } from '@hsi/profile-model';
import { type FlameView, nodeName } from './flame-view.ts';

/** What there is to say about a frame; values in the profile's unit, shares from 0 to 1. */
export interface FrameFacts {
  readonly name: string;
  readonly self: number;
  readonly total: number;
  readonly shareOfTotal: number;
  readonly selfShareOfTotal: number;
  /** Share of the caller's total (of a caller in a sandwich: of the frame that it calls). Undefined for the root. */
  readonly shareOfParent: number | undefined;
  /** Value below the frame that a server left out. */
  readonly hidden: number;
}

export function describe(view: FlameView, node: NodeIndex): FrameFacts {
  const whole = view.total[view.root]!;
  const parent = view.parent[node]!;
  const total = view.total[node]!;
  return {
    name: nodeName(view, node),
    self: view.self[node]!,
    total,
    shareOfTotal: share(total, whole),
    selfShareOfTotal: share(view.self[node]!, whole),
    shareOfParent: parent < 0 ? undefined : share(total, view.total[parent]!),
    hidden: view.truncated.below?.[node] ?? 0,
  };
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
