import {
  compareLabelSets,
  type LabelSet,
  labelSetKey,
  labelsNamed,
  type UnixMs,
} from '@hsi/profile-model';
import { profileCondition, type StretchSelection } from './selection.ts';

export interface SeriesOptions {
  /** Time of the first point. A point at t covers (t - step, t]. */
  readonly firstPoint: UnixMs;
  readonly stepMs: number;
  readonly groupBy: readonly string[];
  readonly aggregation: 'sum' | 'average';
  /** The most series to answer, those with the greatest sums; 0 is all. */
  readonly limit: number;
}

export interface PointSeries {
  readonly labels: LabelSet;
  readonly points: readonly { readonly time: UnixMs; readonly value: number }[];
}

/**
 * The totals of a selection's profiles over time, in groups by label. An average is that of the
 * totals at each point in time within a step. Reads `profile`.
 */
export async function pointSeries(
  parts: readonly StretchSelection[],
  options: SeriesOptions,
): Promise<PointSeries[]> {
  const groups = new Groups(options);
  const results = await Promise.all(
    parts.map((part) => {
      const mapping = part.series.map(({ id, labels }) => [id, groups.indexOf(labels)] as const);
      return part.stretch.read(seriesSql(part, mapping, options));
    }),
  );
  for (const rows of results) {
    for (let count = rows.next(); count > 0; count = rows.next()) {
      const [group, step] = [rows.int32(0), rows.int64(1)];
      const [sum, times] = [rows.int64(2), rows.int64(3)];
      for (let row = 0; row < count; row++) {
        groups.add(group[row]!, Number(step[row]), Number(sum[row]), Number(times[row]));
      }
    }
  }
  return groups.series();
}

function seriesSql(
  part: StretchSelection,
  mapping: readonly (readonly [series: number, group: number])[],
  { firstPoint, stepMs, aggregation }: SeriesOptions,
): string {
  const { catalog } = part.stretch;
  const isOneGroup = mapping.every(([, group]) => group === mapping[0]![1]);
  const group = isOneGroup
    ? `${mapping[0]![1]}::INTEGER`
    : `(CASE ${mapping.map(([id, index]) => `WHEN series = ${id} THEN ${index}`).join(' ')} END)::INTEGER`;
  const grouping = mapping.length > 64 && !isOneGroup ? joined(mapping) : undefined;
  const times = aggregation === 'average' ? 'count(DISTINCT ms)' : '1::BIGINT';
  return `
    SELECT ${grouping === undefined ? group : 'grp'} AS g,
      greatest(0, (ms - ${firstPoint} + ${stepMs - 1}) // ${stepMs})::BIGINT AS step,
      coalesce(try_cast(sum(total) AS BIGINT), 9223372036854775807), ${times}
    FROM (SELECT series, time // 1000000 AS ms, total FROM ${catalog}.profile p
          WHERE ${profileCondition(part)}) ${grouping ?? ''}
    GROUP BY g, step`;
}

function joined(mapping: readonly (readonly [series: number, group: number])[]): string {
  const rows = mapping.map(([id, group]) => `(${id},${group})`).join(',');
  return `JOIN (VALUES ${rows}) m(id, grp) ON m.id = series`;
}

/** Points by group of labels. */
class Groups {
  private readonly labels: LabelSet[] = [];
  private readonly index = new Map<string, number>();
  private readonly points: Map<number, { sum: number; times: number }>[] = [];

  constructor(private readonly options: SeriesOptions) {}

  indexOf(labels: LabelSet): number {
    const group = labelsNamed(labels, this.options.groupBy);
    const key = labelSetKey(group);
    const found = this.index.get(key);
    if (found !== undefined) return found;
    const made = this.labels.push(group) - 1;
    this.points.push(new Map());
    this.index.set(key, made);
    return made;
  }

  add(group: number, step: number, sum: number, times: number): void {
    const points = this.points[group]!;
    const point = points.get(step);
    if (point === undefined) points.set(step, { sum, times });
    else {
      point.sum += sum;
      point.times += times;
    }
  }

  series(): PointSeries[] {
    const { firstPoint, stepMs, aggregation, limit } = this.options;
    const all = this.labels.map((labels, group) => {
      const points = [...this.points[group]!]
        .sort(([a], [b]) => a - b)
        .map(([step, { sum, times }]) => ({
          time: firstPoint + step * stepMs,
          value: aggregation === 'average' ? sum / times : sum,
        }));
      return { labels, points, sum: points.reduce((sum, { value }) => sum + value, 0) };
    });
    const sorted = all
      .filter(({ points }) => points.length > 0)
      .sort((a, b) => b.sum - a.sum || compareLabelSets(a.labels, b.labels))
      .map(({ labels, points }) => ({ labels, points }));
    return limit > 0 ? sorted.slice(0, limit) : sorted;
  }
}
