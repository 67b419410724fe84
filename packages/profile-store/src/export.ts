import { type LabelSet, type ProfileTables, ProfileTablesBuilder } from '@hsi/profile-model';
import { FrameCopier } from './query-profile.ts';
import { type Stretch } from './stretch.ts';

/** One stored profile of one series. */
export interface StoredProfile {
  /** The same for the same profile, at every export. */
  readonly id: string;
  readonly labels: LabelSet;
  readonly tables: ProfileTables;
}

/** Where an export goes on: `<file>:<last profile>`; empty is the beginning. */
export type ExportCursor = string;

export interface ExportPage {
  readonly profiles: readonly StoredProfile[];
  /** Undefined when nothing is left. */
  readonly next: ExportCursor | undefined;
}

/**
 * Some of a tenant's profiles, oldest file first, in the order in which they were stored. What
 * arrives meanwhile is at the end; a file that retention removes meanwhile is left out.
 */
export async function exportPage(
  stretches: readonly Stretch[],
  tenant: string,
  cursor: ExportCursor,
  limit: number,
): Promise<ExportPage> {
  const [, name = '', after = '0'] = /^(.*):(\d+)$/.exec(cursor) ?? [];
  const sorted = [...stretches].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const stretch of sorted) {
    if (stretch.name < name) continue;
    const profiles = await pageOf(stretch, tenant, stretch.name === name ? after : '0', limit);
    if (profiles.length === 0) continue;
    const last = profiles.at(-1)!.id.split(':').at(-1)!;
    return { profiles, next: `${stretch.name}:${last}` };
  }
  return { profiles: [], next: undefined };
}

async function pageOf(
  stretch: Stretch,
  tenant: string,
  after: string,
  limit: number,
): Promise<StoredProfile[]> {
  const { catalog } = stretch;
  const series = stretch.series.filter((entry) => entry.tenant === tenant).map(({ id }) => id);
  if (series.length === 0) return [];
  const page = `SELECT * FROM ${catalog}.profile WHERE id > ${after}
    AND series IN (${series.join(',')}) ORDER BY id LIMIT ${limit}`;
  const rows = await stretch.read(
    `SELECT id, series, time, duration, period FROM (${page}) ORDER BY id`,
  );
  const found: { id: number; series: number; time: bigint; duration: bigint; period: bigint }[] =
    [];
  for (let count = rows.next(); count > 0; count = rows.next()) {
    for (let row = 0; row < count; row++) {
      found.push({
        id: rows.int32(0)[row]!,
        series: rows.int32(1)[row]!,
        time: rows.int64(2)[row]!,
        duration: rows.int64(3)[row]!,
        period: rows.int64(4)[row]!,
      });
    }
  }
  const builders = await samplesOf(
    stretch,
    found.map(({ id }) => id),
  );
  return found.map(({ id, series: seriesId, time, duration, period }) => {
    const { labels } = stretch.series[seriesId]!;
    const tables = (builders.get(id) ?? new ProfileTablesBuilder()).build({
      sampleTypes: [{ type: labels.__type__ ?? '', unit: labels.__unit__ ?? '' }],
      periodType: { type: labels.__period_type__ ?? '', unit: labels.__period_unit__ ?? '' },
      period: Number(period),
      timeNanos: time,
      durationNanos: duration,
    });
    return { id: `${stretch.name}:${id}`, labels, tables };
  });
}

async function samplesOf(
  stretch: Stretch,
  ids: readonly number[],
): Promise<Map<number, ProfileTablesBuilder>> {
  const builders = new Map<number, ProfileTablesBuilder>();
  if (ids.length === 0) return builders;
  const copiers = new Map<number, FrameCopier>();
  const spans = new Map<string, number>();
  const dictionary = await stretch.dictionary();
  const { catalog } = stretch;
  const isIn = `profile IN (${ids.join(',')})`;
  const rows = await stretch.read(
    `SELECT profile, stack, value, span, has_span FROM (
         SELECT profile, stack, value, 0::BIGINT AS span, 0::INTEGER AS has_span FROM ${catalog}.sample WHERE ${isIn}
         UNION ALL SELECT profile, stack, value, span, 1::INTEGER FROM ${catalog}.span_sample WHERE ${isIn}
       ) ORDER BY profile, stack`,
  );
  for (let count = rows.next(); count > 0; count = rows.next()) {
    const [profiles, stacks, hasSpan] = [rows.int32(0), rows.int32(1), rows.int32(4)];
    const [values, spanIds] = [rows.int64(2), rows.int64(3)];
    for (let row = 0; row < count; row++) {
      const profile = profiles[row]!;
      let builder = builders.get(profile);
      if (builder === undefined) {
        builder = new ProfileTablesBuilder();
        builders.set(profile, builder);
        copiers.set(profile, new FrameCopier(dictionary, builder));
      }
      let span = -1;
      if (hasSpan[row] === 1) {
        const id = BigInt.asUintN(64, spanIds[row]!).toString(16).padStart(16, '0');
        const key = `${profile}:${id}`;
        span = spans.get(key) ?? builder.addSpan(id);
        spans.set(key, span);
      }
      builder.add(copiers.get(profile)!.of(stacks[row]!), [values[row]!], 0, span);
    }
  }
  return builders;
}
