import { INT64_MAX, type UnixMs } from '@hsi/profile-model';
import { Int32Column, Int64Column } from './columns.ts';
import { type StackId } from './dictionary.ts';
import { type IncomingProfile } from './incoming.ts';
import { BUCKET_MS } from './rollup.ts';
import { type Series } from './series-index.ts';
import { type SeriesProfile } from './split.ts';
import { spanNumber, toMs } from './units.ts';

/** Rows of profiles and samples that are not yet in a file. */
export class Batch {
  readonly profile = [
    new Int32Column(),
    new Int32Column(),
    new Int64Column(),
    new Int64Column(),
    new Int64Column(),
    new Int64Column(),
  ] as const;
  readonly sample = [new Int32Column(), new Int32Column(), new Int64Column()] as const;
  readonly spanSample = [
    new Int32Column(),
    new Int32Column(),
    new Int64Column(),
    new Int64Column(),
  ] as const;
  /** Series -> times of its first and last profile in this batch. */
  readonly times = new Map<number, [first: UnixMs, last: UnixMs]>();
  /** Starts of the buckets that get profiles. */
  readonly buckets = new Set<UnixMs>();

  get isEmpty(): boolean {
    return this.profile[0].length === 0;
  }

  /** Id of its first profile; ids count up. */
  get firstProfile(): number {
    return this.profile[0].data[0]!;
  }

  get hasSpans(): boolean {
    return this.spanSample[0].length > 0;
  }

  /** Collects the profile `id` of one series. `stacks`: sample -> stack trace. */
  add(
    id: number,
    series: Series,
    incoming: IncomingProfile,
    part: SeriesProfile,
    stacks: Int32Array,
  ): void {
    this.addProfile(id, series, incoming, part);
    this.addSamples(id, incoming, part, stacks);
  }

  private addProfile(
    id: number,
    series: Series,
    { timeNanos, tables }: IncomingProfile,
    { total }: SeriesProfile,
  ): void {
    const [ids, seriesIds, times, durations, periods, totals] = this.profile;
    ids.push(id);
    seriesIds.push(series.id);
    times.pushBigInt(timeNanos);
    durations.pushBigInt(tables.durationNanos);
    periods.push(Math.min(tables.period, Number.MAX_SAFE_INTEGER));
    if (typeof total === 'number') totals.push(total);
    else totals.pushBigInt(total > INT64_MAX ? INT64_MAX : total);
    const ms = toMs(timeNanos);
    this.buckets.add(ms - (ms % BUCKET_MS[0]));
    const extent = this.times.get(series.id);
    if (extent === undefined) this.times.set(series.id, [ms, ms]);
    else {
      extent[0] = Math.min(extent[0], ms);
      extent[1] = Math.max(extent[1], ms);
    }
  }

  private addSamples(
    id: number,
    { tables }: IncomingProfile,
    part: SeriesProfile,
    stacks: ArrayLike<StackId>,
  ): void {
    const types = tables.sampleTypes.length;
    const { values, exactValues, span } = tables.samples;
    for (const sample of part.samples) {
      const at = sample * types + part.type;
      if (values[at] === 0) continue;
      const isSpan = span[sample]! >= 0;
      const [profiles, stackIds, amounts] = isSpan ? this.spanSample : this.sample;
      profiles.push(id);
      stackIds.push(stacks[sample]!);
      if (exactValues === undefined) amounts.push(values[at]!);
      else amounts.pushBigInt(exactValues[at]!);
      if (isSpan) this.spanSample[3].pushBigInt(spanNumber(tables.spans[span[sample]!]!));
    }
  }
}
