import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  formatSelector,
  type LabelSet,
  type Matcher,
  parseProfileType,
  type ProfileTypeId,
  type UnixMs,
} from '@hsi/profile-model';
import { PyroscopeError } from '@hsi/pyroscope-api';
import {
  ProfileSchema,
  SelectMergeProfileRequestSchema,
  ValueTypeSchema,
} from '@hsi/pyroscope-api/server';
import * as v from 'valibot';
import { serviceMatcher } from '../questions.ts';
import { type Connection, patiently, refusalText } from './connection.ts';
import { type ExportScope } from './from-export.ts';
import { ExportStopped, inParallel, seriesKey, type StoredProfile } from './stored-profile.ts';
import { labelNamesOf, millisecondTotals, WINDOW_MS } from './totals.ts';

/** Profiles that are handed on together. */
const BATCH = 200;

/** One series and one millisecond in which it has something. */
interface Moment {
  readonly service: string;
  readonly typeId: ProfileTypeId;
  readonly labels: LabelSet;
  /** Names of the labels that other series of the service have. */
  readonly names: readonly string[];
  readonly time: UnixMs;
  readonly total: number;
}

/**
 * The profiles of any Pyroscope, through its query API, hour by hour: SelectSeries with points of a
 * millisecond tells when each series has a profile, SelectMergeProfile of just that millisecond is
 * the profile. Its total must be the point's, so that nothing is lost or doubled unnoticed.
 */
export async function* queriedProfiles(
  connection: Connection,
  scope: ExportScope,
  width: number,
): AsyncGenerator<StoredProfile[]> {
  for (let from = scope.from; from <= scope.to; from += WINDOW_MS) {
    const window = { from, to: Math.min(scope.to, from + WINDOW_MS - 1) };
    const moments = await patiently(connection, () => findMoments(connection, scope, window));
    for (let at = 0; at < moments.length; at += BATCH) {
      const batch: StoredProfile[] = [];
      await inParallel(moments.slice(at, at + BATCH), width, async (moment) => {
        batch.push(await patiently(connection, () => readProfile(connection, moment)));
      });
      yield batch.sort((a, b) => a.time - b.time);
    }
  }
}

async function findMoments(
  { client }: Connection,
  { services, matchers }: ExportScope,
  window: { from: UnixMs; to: UnixMs },
): Promise<Moment[]> {
  const found: Moment[] = [];
  const named = services ?? (await client.labelValues({ name: 'service_name', ...window }));
  for (const service of named) {
    const scope = { matchers, ...window };
    const types = await client.series({
      matchers: [serviceMatcher(service), ...matchers],
      labelNames: ['__profile_type__'],
      ...window,
    });
    if (types.length === 0) continue;
    const names = await labelNamesOf(client, service, window);
    for (const { __profile_type__: typeId = '' } of types) {
      if (typeId === '') continue;
      const series = await millisecondTotals(client, service, typeId, scope, names);
      for (const { labels, totals } of series.values()) {
        for (const [time, total] of totals) {
          found.push({ service, typeId, labels, names, time, total });
        }
      }
    }
  }
  return found.sort((a, b) => a.time - b.time);
}

async function readProfile(connection: Connection, moment: Moment): Promise<StoredProfile> {
  const { service, typeId, labels, time, total } = moment;
  // A server that compares nanoseconds has the rest of the millisecond only up to the next one.
  for (const to of [time, time + 1]) {
    const found = await readRange(connection, moment, to);
    if (found === undefined || Math.abs(found.total - total) > 1e-12 * total) continue;
    return {
      id: `${seriesKey(typeId, labels)}@${time}`,
      service,
      labels: { ...labels, service_name: service },
      name: parseProfileType(typeId).name,
      typeId,
      time,
      total: found.total,
      pprof: found.pprof,
    };
  }
  throw new ExportStopped(
    `${connection.server.url} does not give the profile of ${service} (${typeId}) at ` +
      `${new Date(time).toISOString()} on its own; nothing was stored of it.`,
  );
}

async function readRange(
  connection: Connection,
  { service, typeId, labels, names, time }: Moment,
  to: UnixMs,
): Promise<{ total: number; pprof: Uint8Array } | undefined> {
  // An absent label is matched too, or a series with more labels would be in it.
  const all = new Set([...Object.keys(labels), ...names]);
  all.delete('service_name');
  const matchers: Matcher[] = [
    serviceMatcher(service),
    ...[...all].map((name): Matcher => ({ name, operator: '=', value: labels[name] ?? '' })),
  ];
  const request = create(SelectMergeProfileRequestSchema, {
    profileTypeID: typeId,
    labelSelector: formatSelector(matchers),
    start: BigInt(time),
    end: BigInt(to),
  });
  const answer = await connection.request('/querier.v1.QuerierService/SelectMergeProfile', {
    method: 'POST',
    type: 'application/proto',
    body: new Uint8Array(toBinary(SelectMergeProfileRequestSchema, request)),
  });
  if (answer.status !== 200) {
    const code = answer.status >= 500 ? 'unavailable' : 'invalid_argument';
    throw new PyroscopeError(refusalText(answer), code, answer.status);
  }
  return complete(answer.body, typeId, time);
}

/** The profile with its time and its types, which a merged profile need not have. */
function complete(
  bytes: Uint8Array,
  typeId: ProfileTypeId,
  time: UnixMs,
): { total: number; pprof: Uint8Array } | undefined {
  const profile = fromBinary(ProfileSchema, bytes);
  if (profile.sampleType.length > 1) return undefined;
  const { sampleType, sampleUnit, periodType, periodUnit } = parseProfileType(typeId);
  const text = (value: string) => {
    if (profile.stringTable.length === 0) profile.stringTable.push('');
    const found = profile.stringTable.indexOf(value);
    return BigInt(found >= 0 ? found : profile.stringTable.push(value) - 1);
  };
  const total = profile.sample.reduce((sum, { value }) => sum + (value[0] ?? 0n), 0n);
  profile.sampleType = [
    create(ValueTypeSchema, { type: text(sampleType), unit: text(sampleUnit) }),
  ];
  profile.periodType = create(ValueTypeSchema, { type: text(periodType), unit: text(periodUnit) });
  profile.timeNanos = BigInt(time) * 1_000_000n;
  return { total: Number(total), pprof: toBinary(ProfileSchema, profile) };
}

const Stats = v.object({
  dataIngested: v.optional(v.boolean(), false),
  oldestProfileTime: v.optional(v.union([v.string(), v.number()]), 0),
});

/** Time of the oldest profile; undefined when the server does not say or has none. */
export async function oldestProfile(connection: Connection): Promise<UnixMs | undefined> {
  const answer = await connection.request('/querier.v1.QuerierService/GetProfileStats', {
    method: 'POST',
    type: 'application/json',
    body: '{}',
  });
  const text = new TextDecoder().decode(answer.body);
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Stats), text);
  if (answer.status !== 200 || !parsed.success || !parsed.output.dataIngested) return undefined;
  const time = Number(parsed.output.oldestProfileTime);
  return Number.isSafeInteger(time) && time > 0 ? time : undefined;
}
