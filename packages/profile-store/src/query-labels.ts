import {
  compareLabelSets,
  type LabelSet,
  labelSetKey,
  labelsNamed,
  type Matcher,
  type TimeRange,
} from '@hsi/profile-model';
import { profileCondition } from './selection.ts';
import { type Series } from './series-index.ts';
import { type Stretch } from './stretch.ts';
import { type ValueMatchers } from './value-matcher.ts';

export interface LabelQuery extends TimeRange {
  readonly tenant: string;
  /** A series answers when it matches all of these. */
  readonly matchers: readonly Matcher[];
}

/**
 * The label sets of the series that have a profile in the range. Answered from memory, except for
 * series that began before the range and go on after it: there the profiles are looked at.
 */
export async function presentLabels(
  stretches: readonly Stretch[],
  matchers: ValueMatchers,
  query: LabelQuery,
): Promise<LabelSet[]> {
  const { tenant, from, to } = query;
  const candidates = stretches
    .filter(({ firstMs, lastMs }) => firstMs <= to && lastMs >= from)
    .map((stretch) => ({
      stretch,
      series: stretch.series.filter(
        (series) => series.tenant === tenant && series.firstMs <= to && series.lastMs >= from,
      ),
    }));
  const sets = () => candidates.flatMap(({ series }) => series.map(({ labels }) => labels));
  const matches = await matchers.compile(query.matchers, sets);
  const matching = candidates.map(({ stretch, series }) => ({
    stretch,
    series: series.filter(({ labels }) => matches(labels)),
  }));
  const present = await Promise.all(
    matching.map(({ stretch, series }) => withProfiles(stretch, series, query)),
  );
  return present.flat().map(({ labels }) => labels);
}

async function withProfiles(
  stretch: Stretch,
  candidates: readonly Series[],
  { from, to }: TimeRange,
): Promise<Series[]> {
  const isCertain = ({ firstMs, lastMs }: Series) => firstMs >= from || lastMs <= to;
  const certain = candidates.filter(isCertain);
  const series = candidates.filter((candidate) => !isCertain(candidate));
  if (series.length === 0) return certain;
  const rows = await stretch.read(
    `SELECT DISTINCT series FROM ${stretch.catalog}.profile p
     WHERE ${profileCondition({ stretch, series, from, to })}`,
  );
  while (rows.next() > 0) {
    for (const id of rows.int32(0)) certain.push(stretch.series[id]!);
  }
  return certain;
}

/**
 * Distinct label sets, cut down to `names` (all labels when there are none), in order. A series
 * without any of these is the empty set when others of its service have one, as in Pyroscope; a
 * service that knows none of the names answers nothing.
 */
export function distinctLabels(sets: readonly LabelSet[], names: readonly string[]): LabelSet[] {
  const has = (labels: LabelSet) => names.some((name) => Object.hasOwn(labels, name));
  const services = new Set(sets.filter(has).map(({ service_name: service }) => service));
  const found = new Map<string, LabelSet>();
  for (const labels of sets) {
    if (names.length > 0 && !services.has(labels.service_name)) continue;
    const cut = names.length === 0 ? labels : labelsNamed(labels, names);
    found.set(labelSetKey(cut), cut);
  }
  return [...found.values()].sort(compareLabelSets);
}
