import { type UnixMs } from '@hsi/profile-model';

/** The longest window. */
const DAY_MS = 86_400_000;

/** What retention looks at in a stretch. */
export interface Expirable {
  /** Start of its window. */
  readonly windowMs: UnixMs;
  readonly firstMs: UnixMs;
  readonly lastMs: UnixMs;
  readonly generation: number;
  readonly bytes: number;
}

export interface RetentionRules {
  /** Milliseconds that profiles are kept; undefined keeps them for ever. */
  readonly retentionMs: number | undefined;
  /** Bytes that all files may take; undefined is no limit. */
  readonly retentionBytes: number | undefined;
  readonly now: UnixMs;
  isPinned(firstMs: UnixMs, lastMs: UnixMs): boolean;
}

/** The stretches to remove: those that are too old, then the oldest until the rest is small enough. */
export function expired<Stretch extends Expirable>(
  stretches: readonly Stretch[],
  { retentionMs, retentionBytes, now, isPinned }: RetentionRules,
): Stretch[] {
  const hasData = (stretch: Stretch) => stretch.lastMs >= stretch.firstMs;
  const candidates = stretches
    .filter((stretch) => hasData(stretch) && !isPinned(stretch.firstMs, stretch.lastMs))
    .sort((a, b) => a.lastMs - b.lastMs || a.generation - b.generation);
  const removed = new Set<Stretch>();
  if (retentionMs !== undefined) {
    const oldest = now - retentionMs;
    for (const stretch of candidates) if (stretch.lastMs < oldest) removed.add(stretch);
    // A file without profiles is what a push left that could not be stored.
    for (const stretch of stretches) {
      if (!hasData(stretch) && stretch.windowMs + DAY_MS < oldest) removed.add(stretch);
    }
  }
  if (retentionBytes !== undefined) {
    let bytes = stretches.reduce(
      (sum, stretch) => sum + (removed.has(stretch) ? 0 : stretch.bytes),
      0,
    );
    // The newest one stays: it is the one that is written.
    for (const stretch of candidates.slice(0, -1)) {
      if (bytes <= retentionBytes) break;
      if (removed.has(stretch)) continue;
      removed.add(stretch);
      bytes -= stretch.bytes;
    }
  }
  return [...removed];
}
