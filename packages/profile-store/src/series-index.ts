import { type LabelSet, type UnixMs } from '@hsi/profile-model';
import { ResultColumns } from './columns.ts';
import { ownText } from './dictionary.ts';
import { type Engine } from './engine.ts';
import { ProfileRefused } from './errors.ts';
import { type StoreLimits } from './incoming.ts';
import { type SeriesProfile } from './split.ts';
import { toMs } from './units.ts';

/** One series of one stretch. */
export interface Series {
  readonly id: number;
  readonly tenant: string;
  readonly labels: LabelSet;
  /** Times of its first and last profile; a series without any ends before it begins. */
  firstMs: UnixMs;
  lastMs: UnixMs;
}

/** The series of one stretch, found by tenant and labels. */
export class SeriesIndex {
  readonly all: Series[] = [];
  /** Times of the first and the last profile of all series. */
  firstMs: UnixMs = Infinity;
  lastMs: UnixMs = -Infinity;

  private readonly byKey = new Map<string, Series>();
  private readonly perTenant = new Map<string, number>();

  /** Reads the series of a file. */
  async load({ writer }: Engine, catalog: string): Promise<void> {
    const rows = new ResultColumns(
      await writer.run(
        `SELECT s.id, s.tenant, s.labels, coalesce(p.first, -1)::BIGINT, coalesce(p.last, -1)::BIGINT
         FROM ${catalog}.series s LEFT JOIN
           (SELECT series, min(time) AS first, max(time) AS last FROM ${catalog}.profile GROUP BY series) p
           ON p.series = s.id ORDER BY s.id`,
      ),
    );
    for (let count = rows.next(); count > 0; count = rows.next()) {
      const [tenants, labels] = [rows.text(1), rows.text(2)];
      const [first, last] = [rows.int64(3), rows.int64(4)];
      for (let row = 0; row < count; row++) {
        const series = this.add(tenants[row]!, parseLabels(labels[row]!));
        if (last[row]! >= 0n) this.extend(series.id, toMs(first[row]!), toMs(last[row]!));
      }
    }
  }

  /** @throws ProfileRefused when the tenant would have too many series */
  check(tenant: string, parts: readonly SeriesProfile[], limits: StoreLimits): void {
    const added = parts.filter(({ key }) => !this.byKey.has(`${tenant}\n${key}`)).length;
    const count = this.perTenant.get(tenant) ?? 0;
    if (added > 0 && count + added > limits.seriesPerTenant) {
      throw new ProfileRefused(
        'series_per_tenant',
        `The tenant has ${count} series; the limit is ${limits.seriesPerTenant}. Use labels with fewer values.`,
      );
    }
  }

  /** The series that a profile belongs to, made when it is the first. */
  of(tenant: string, part: SeriesProfile): Series {
    const key = `${tenant}\n${part.key}`;
    const found = this.byKey.get(key);
    if (found !== undefined) return found;
    const labels = ownLabels(part.labels());
    const series = this.byKey.get(canonicalKey(tenant, labels)) ?? this.add(tenant, labels);
    this.byKey.set(key, series);
    return series;
  }

  /** Notes that a series has profiles at these times. */
  extend(id: number, firstMs: UnixMs, lastMs: UnixMs): void {
    const series = this.all[id]!;
    series.firstMs = Math.min(series.firstMs, firstMs);
    series.lastMs = Math.max(series.lastMs, lastMs);
    this.firstMs = Math.min(this.firstMs, firstMs);
    this.lastMs = Math.max(this.lastMs, lastMs);
  }

  private add(tenant: string, labels: LabelSet): Series {
    const series = { id: this.all.length, tenant, labels, firstMs: Infinity, lastMs: -Infinity };
    this.all.push(series);
    this.byKey.set(canonicalKey(tenant, labels), series);
    this.perTenant.set(tenant, (this.perTenant.get(tenant) ?? 0) + 1);
    return series;
  }
}

function ownLabels(labels: LabelSet): LabelSet {
  const pairs = Object.entries(labels).map(([name, value]) => [ownText(name), ownText(value)]);
  return Object.fromEntries(pairs) as LabelSet;
}

function canonicalKey(tenant: string, labels: LabelSet): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${tenant}\n=${JSON.stringify(sorted)}`;
}

function parseLabels(text: string): LabelSet {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
}
