import { type UnixMs } from '@hsi/profile-model';

const NS_PER_MS = 1_000_000n;

export function toMs(nanos: bigint): UnixMs {
  return Number(nanos / NS_PER_MS);
}

/** A span id as the signed 64-bit integer that the file holds. */
export function spanNumber(spanId: string): bigint {
  return BigInt.asIntN(64, BigInt(`0x${spanId}`));
}
