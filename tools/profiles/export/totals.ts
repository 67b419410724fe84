import { type ProfileTypeId, type TimeRange, type UnixMs } from '@hsi/profile-model';
import { type PyroscopeClient } from '@hsi/pyroscope-api';
import { serviceMatcher, type Scope } from '../questions.ts';
import { publicLabels, seriesKey } from './stored-profile.ts';
import { type LabelSet } from '@hsi/profile-model';

/** What a server has of one series: the total of every millisecond with a profile. */
export interface SeriesTotals {
  readonly labels: LabelSet;
  readonly totals: ReadonlyMap<UnixMs, number>;
}

/** Longest range of one request. With points of a millisecond a server may walk through every one. */
export const WINDOW_MS = 3_600_000;

/**
 * The totals of a service's series of one type in a range, both ends included: one point for every
 * millisecond, which is as fine as the API tells times.
 */
export async function millisecondTotals(
  client: PyroscopeClient,
  service: string,
  typeId: ProfileTypeId,
  scope: Scope,
  names: readonly string[],
): Promise<Map<string, SeriesTotals>> {
  const found = new Map<string, SeriesTotals>();
  const answer = await client.selectSeries({
    profileTypeId: typeId,
    matchers: [serviceMatcher(service), ...scope.matchers],
    from: scope.from,
    to: scope.to,
    stepSeconds: 0.001,
    groupBy: ['service_name', ...names.filter((name) => name !== 'service_name')],
  });
  for (const { labels, points } of answer) {
    // A server answers a step more than it is asked for.
    const totals = new Map(
      points
        .filter(({ time, value }) => time >= scope.from && time <= scope.to && value > 0)
        .map(({ time, value }) => [time, value]),
    );
    const own = publicLabels(labels);
    if (totals.size > 0) found.set(seriesKey(typeId, own), { labels: own, totals });
  }
  return found;
}

/** Names of the labels that a service's series have, without the server's own. */
export async function labelNamesOf(
  client: PyroscopeClient,
  service: string,
  range: TimeRange,
): Promise<string[]> {
  const names = await client.labelNames({ matchers: [serviceMatcher(service)], ...range });
  return names.filter((name) => !name.startsWith('__'));
}
