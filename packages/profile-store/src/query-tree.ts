import { type ExactCallTree } from '@hsi/profile-model';
import {
  profileCondition,
  seriesCondition,
  type StretchSelection,
  timeCondition,
} from './selection.ts';
import { TreeMerger } from './tree-merger.ts';
import { spanNumber } from './units.ts';

/** A sum as a 64-bit integer; one that is too great is the greatest. */
export const SUM = `coalesce(try_cast(sum(value) AS BIGINT), 9223372036854775807)`;

/**
 * Merges the samples of a selection by stack trace. Reads `sample` (and `span_sample` where there
 * are spans) of the selection's range.
 */
export async function mergeTree(
  parts: readonly StretchSelection[],
  spanIds?: readonly string[],
): Promise<ExactCallTree> {
  const merger = new TreeMerger();
  const results = await Promise.all(
    parts
      .filter(({ stretch }) => spanIds === undefined || stretch.hasSpans)
      .map(async (part) => {
        const rows = await part.stretch.read(treeSql(part, spanIds));
        // After the rows: a dictionary that was taken before may have been left behind meanwhile.
        return { dictionary: await part.stretch.dictionary(), rows };
      }),
  );
  for (const { dictionary, rows } of results) {
    while (rows.next() > 0) merger.add(dictionary, rows.int32(0), rows.int64(1));
  }
  return merger.build();
}

/** The statement that sums the values of every stack trace: columns stack, sum. */
export function treeSql(part: StretchSelection, spanIds?: readonly string[]): string {
  const { catalog, hasSpans, rollups } = part.stretch;
  const rows = (table: string, condition: string) =>
    `SELECT s.stack, s.value FROM ${catalog}.${table} s JOIN ${catalog}.profile p ON s.profile = p.id
     WHERE ${condition}`;
  if (spanIds !== undefined) {
    const spans = `s.span IN (${spanIds.map(spanNumber).join(',')})`;
    const condition = `${profileCondition(part)} AND ${spans}`;
    return `SELECT stack, ${SUM} FROM (${rows('span_sample', condition)}) GROUP BY stack`;
  }
  const { buckets, raw } = rollups.plan(part, part.stretch);
  const sources: string[] = [];
  // One source for each range: profiles of far apart times in one would read all samples between.
  for (const range of raw) {
    const condition = `${timeCondition(range)} AND ${seriesCondition(part, 'p.series')}`;
    sources.push(rows('sample', condition));
    if (hasSpans) sources.push(rows('span_sample', condition));
  }
  for (const [level, list] of buckets.entries()) {
    if (list.length === 0) continue;
    sources.push(
      `SELECT stack, value FROM ${catalog}.rollup WHERE level = ${level}
       AND bucket IN (${list.join(',')}) AND ${seriesCondition(part, 'series')}`,
    );
  }
  if (sources.length === 0) sources.push('SELECT 0 AS stack, 0::BIGINT AS value WHERE false');
  return `SELECT stack, ${SUM} FROM (${sources.join(' UNION ALL ')}) GROUP BY stack`;
}
