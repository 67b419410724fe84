import { type Server } from '../options.ts';
import { type LabelSet, labelSetKey, type ProfileTypeId, type UnixMs } from '@hsi/profile-model';

/** One profile of one series, as it is read and stored again. */
export interface StoredProfile {
  /** The same at every run; two profiles of one series and one millisecond differ in it. */
  readonly id: string;
  readonly service: string;
  /** Without those that a server makes itself (two underscores in front). */
  readonly labels: LabelSet;
  /** First part of the type's id: pprof itself has no place for it. */
  readonly name: string;
  readonly typeId: ProfileTypeId;
  readonly time: UnixMs;
  /** Sum of all values, in the type's unit. */
  readonly total: number;
  /** pprof, not compressed, with its time. */
  readonly pprof: Uint8Array;
}

/** An export that cannot go on, as sentences. */
export class ExportStopped extends Error {
  override readonly name = 'ExportStopped';
}

/** What an export did so far. */
export interface Tally {
  read: number;
  stored: number;
  /** Found at the target, from an earlier run. */
  present: number;
  /** Bytes sent or written, compressed. */
  bytes: number;
  /** Why profiles were refused -> how many. */
  readonly refused: Map<string, number>;
  /** Points in time at which the target has more than the source. */
  surplus: number;
}

export function newTally(): Tally {
  return { read: 0, stored: 0, present: 0, bytes: 0, refused: new Map(), surplus: 0 };
}

export function refusals({ refused }: Tally): number {
  return [...refused.values()].reduce((sum, count) => sum + count, 0);
}

/** Where profiles go. */
export interface Target {
  /** Undefined for a folder. */
  readonly server?: Server | undefined;
  /** Stores what is not there yet. Resolves when all of it is there for certain, or refused. */
  deliver(profiles: readonly StoredProfile[], tally: Tally): Promise<void>;
  /** Looks back when everything was delivered. */
  finish(tally: Tally): void;
}

export function publicLabels(labels: LabelSet): LabelSet {
  return Object.fromEntries(
    Object.entries(labels).filter(([name, value]) => !name.startsWith('__') && value !== ''),
  );
}

/**
 * Equal for one series at both ends. Some servers write `_` for what a label name may not have
 * elsewhere (`otel.scope.name`), so names are compared in that form.
 */
export function seriesKey(typeId: ProfileTypeId, labels: LabelSet): string {
  const comparable = Object.entries(publicLabels(labels)).map(
    ([name, value]) => [name.replace(/[^a-zA-Z0-9_]/g, '_'), value] as const,
  );
  return `${typeId}${labelSetKey(Object.fromEntries(comparable))}`;
}

/** Works on all items, so many at a time; ends at the first failure. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < items.length && !failed) {
      try {
        await work(items[next++]!);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
}
