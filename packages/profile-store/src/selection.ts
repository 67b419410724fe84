import { type Matcher, type ProfileTypeId, type TimeRange, type UnixMs } from '@hsi/profile-model';
import { type Series } from './series-index.ts';
import { type Stretch } from './stretch.ts';
import { type ValueMatchers } from './value-matcher.ts';

/** Which samples a query reads. Both ends of the range (milliseconds) belong to it. */
export interface Selection extends TimeRange {
  readonly tenant: string;
  readonly profileTypeId: ProfileTypeId;
  readonly matchers: readonly Matcher[];
}

/** The part of a selection that lies in one stretch. */
export interface StretchSelection extends TimeRange {
  readonly stretch: Stretch;
  /** Never empty. */
  readonly series: readonly Series[];
}

/** Finds the series of a selection in every stretch that its range touches. */
export async function select(
  stretches: readonly Stretch[],
  matchers: ValueMatchers,
  selection: Selection,
): Promise<StretchSelection[]> {
  const { tenant, profileTypeId, from, to } = selection;
  const candidates = stretches
    .filter(({ firstMs, lastMs }) => firstMs <= to && lastMs >= from)
    .map((stretch) => ({
      stretch,
      series: stretch.series.filter(
        (series) =>
          series.tenant === tenant &&
          series.firstMs <= to &&
          series.lastMs >= from &&
          series.labels.__profile_type__ === profileTypeId,
      ),
    }));
  const matches = await matchers.compile(selection.matchers, () =>
    candidates.flatMap(({ series }) => series.map(({ labels }) => labels)),
  );
  return candidates
    .map(({ stretch, series }) => ({
      stretch,
      series: series.filter(({ labels }) => matches(labels)),
      from,
      to,
    }))
    .filter(({ series }) => series.length > 0);
}

/** The condition on the rows of `profile` that are in a part of a selection. */
export function profileCondition(part: StretchSelection): string {
  return `${timeCondition([part.from, part.to])} AND ${seriesCondition(part, 'p.series')}`;
}

export function seriesCondition({ series }: StretchSelection, column: string): string {
  return `${column} IN (${series.map(({ id }) => id).join(',')})`;
}

/** Both ends (milliseconds) belong to the range. */
export function timeCondition([from, to]: readonly [UnixMs, UnixMs]): string {
  return `p.time BETWEEN ${nanos(from)} AND ${nanos(to) + 999_999n}`;
}

function nanos(ms: number): bigint {
  const clamped = Math.max(0, Math.min(ms, 9_223_372_036_000));
  return BigInt(Math.trunc(clamped)) * 1_000_000n;
}
