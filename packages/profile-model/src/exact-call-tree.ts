import { type CallTree } from './call-tree.ts';

/**
 * A call tree that also has its values as 64-bit integers when they are beyond 2^53, where a
 * number no longer tells neighbours apart. Sums above 2^63 - 1 stay at that.
 */
export interface ExactCallTree extends CallTree {
  readonly exact?: { readonly self: BigInt64Array; readonly total: BigInt64Array } | undefined;
}

/** The greatest value that a 64-bit integer holds. */
export const INT64_MAX = 2n ** 63n - 1n;
