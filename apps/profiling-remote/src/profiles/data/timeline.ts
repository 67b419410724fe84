import { SERVICES, displayName } from '@hsi/model-zoo-catalog';
import {
  labelValue,
  type Matcher,
  type ProfileTypeId,
  type TimeRange,
  type UnixMs,
} from '@hsi/profile-model';
import { type TimeSeries } from '@hsi/pyroscope-api';
import { type TypeChoice, isLevel, likelyType, resolveType } from '../model/profile-types.ts';
import { type ServiceFacts } from '../model/services.ts';
import { timelinePoints } from '../model/time-range.ts';
import { type TypesOf, matchersOf } from './graph.ts';
import { type ProfileSource } from './source.ts';

/** One line of the timeline. Values are as the server sent them: sums, or averages of levels. */
export interface TimelineSeries {
  /** The value of the label that the line stands for; empty: the label is absent. */
  readonly key: string;
  readonly title: string;
  readonly typeId: ProfileTypeId;
  readonly points: readonly { readonly time: UnixMs; readonly value: number }[];
}

export interface TimelineAnswer {
  readonly series: readonly TimelineSeries[];
  readonly stepSeconds: number;
  /** Services that have data and no line, because a chart of all would not be readable. */
  readonly hidden: number;
  /** True when the server was asked for no more lines than there are here. */
  readonly isCut?: boolean;
}

export interface TimelineRequest {
  readonly type: TypeChoice;
  readonly filters: readonly Matcher[];
  readonly range: TimeRange;
  readonly stepSeconds: number;
}

/** The most lines that a chart shows beside the services of the catalog. */
export const MOST_LINES = 20;

function seriesQuery(
  request: TimelineRequest,
  profileTypeId: ProfileTypeId,
  matchers: readonly Matcher[],
  groupBy: readonly string[],
) {
  const { from, to } = timelinePoints(request.range, request.stepSeconds);
  return {
    profileTypeId,
    matchers,
    from,
    to,
    stepSeconds: request.stepSeconds,
    groupBy,
    aggregation: isLevel(profileTypeId) ? ('average' as const) : ('sum' as const),
    limit: MOST_LINES,
  };
}

/** The one question whose answer holds every service that sends the likely type. */
function groupedQuery(request: TimelineRequest) {
  return seriesQuery(request, likelyType(request.type), request.filters, ['service_name']);
}

/** What is known about the services without asking for their values. */
export interface KnownServices {
  readonly knownServices: () => Promise<readonly ServiceFacts[]>;
  readonly typesOf: TypesOf;
}

/**
 * A line per service. With `grouped` one request answers all of them; otherwise each service is
 * asked by its name.
 */
export async function loadServicesTimeline(
  source: ProfileSource,
  request: TimelineRequest,
  known: KnownServices,
  grouped: boolean,
  signal?: AbortSignal,
): Promise<TimelineAnswer> {
  const lines = grouped
    ? await groupedLines(source, request, known, signal)
    : await linePerService(source, request, known, signal);
  const services = await known.knownServices();
  const order = new Map(services.map(({ serviceName }, index) => [serviceName, index]));
  const place = ({ key }: TimelineSeries) => order.get(key) ?? order.size;
  const series = lines.filter(({ points }) => points.length > 0);
  series.sort((a, b) => place(a) - place(b) || (a.key < b.key ? -1 : 1));
  const shown = new Set(series.map(({ key }) => key));
  const hidden = services.filter(
    ({ serviceName, types }) =>
      !shown.has(serviceName) && types.includes(resolveType(request.type, types) ?? ''),
  );
  // Below the limit a service has no line because the filters leave nothing of it.
  const isFull = series.length >= MOST_LINES;
  return { series, stepSeconds: request.stepSeconds, hidden: isFull ? hidden.length : 0 };
}

async function groupedLines(
  source: ProfileSource,
  request: TimelineRequest,
  known: KnownServices,
  signal: AbortSignal | undefined,
): Promise<TimelineSeries[]> {
  const likely = likelyType(request.type);
  const [first, facts] = await Promise.all([
    source.selectSeries(groupedQuery(request), signal),
    known.knownServices(),
  ]);
  const lines = toLines(first, likely, 'service_name');
  const shown = new Set(lines.map(({ key }) => key));
  const missing = new Map<ProfileTypeId, string[]>();
  for (const { serviceName, inCatalog, types } of facts) {
    const type = resolveType(request.type, types);
    if (shown.has(serviceName) || type === undefined || !types.includes(type)) continue;
    // One that sends the likely type is missing because others are greater.
    if (type === likely && !inCatalog) continue;
    missing.set(type, [...(missing.get(type) ?? []), serviceName]);
  }
  const rest = await Promise.all(
    [...missing].map(async ([type, names]) => {
      const matchers = [oneOf(names), ...request.filters];
      const query = seriesQuery(request, type, matchers, ['service_name']);
      return toLines(await source.selectSeries(query, signal), type, 'service_name');
    }),
  );
  return [...lines, ...rest.flat()];
}

/** A matcher for any of the services, each name taken literally. */
function oneOf(names: readonly string[]): Matcher {
  if (names.length === 1) return { name: 'service_name', operator: '=', value: names[0]! };
  const value = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return { name: 'service_name', operator: '=~', value };
}

async function linePerService(
  source: ProfileSource,
  request: TimelineRequest,
  known: KnownServices,
  signal: AbortSignal | undefined,
): Promise<TimelineSeries[]> {
  const ask = async (service: string) => {
    const scope = { service, model: undefined, by: 'service_name' };
    return (await loadServiceTimeline(source, request, scope, known.typesOf, signal)).series;
  };
  const others = async () => {
    const services = (await known.knownServices()).filter(({ inCatalog }) => !inCatalog);
    const asked = services.slice(0, MOST_LINES - SERVICES.length);
    return (await Promise.all(asked.map(({ serviceName }) => ask(serviceName)))).flat();
  };
  const catalog = Promise.all(SERVICES.map(({ serviceName }) => ask(serviceName)));
  const [first, rest] = await Promise.all([catalog, others()]);
  return [...first.flat(), ...rest];
}

export interface TimelineScope {
  readonly service: string;
  readonly model: string | undefined;
  /** The label whose values are the lines; `service_name` is one line for all. */
  readonly by: string;
}

/** What the lines of one service are unless a person chooses: its models where they can be told apart. */
export function standardLines(hasModels: boolean): string {
  return hasModels ? 'model' : 'service_name';
}

/** One service: a line for it, or one for each value of a label, such as its models. */
export async function loadServiceTimeline(
  source: ProfileSource,
  request: TimelineRequest,
  scope: TimelineScope,
  typesOf: TypesOf,
  signal?: AbortSignal,
): Promise<TimelineAnswer> {
  const matchers = matchersOf(scope.service, scope.model, request.filters);
  const ask = async (type: ProfileTypeId) =>
    toLines(
      await source.selectSeries(seriesQuery(request, type, matchers, [scope.by]), signal),
      type,
      scope.by,
      scope.service,
    );
  const likely = likelyType(request.type);
  let series = await ask(likely);
  if (series.length === 0) {
    const type = resolveType(request.type, await typesOf(scope.service));
    if (type !== undefined && type !== likely) series = await ask(type);
  }
  const isCut = series.length >= MOST_LINES;
  return { series, stepSeconds: request.stepSeconds, hidden: 0, isCut };
}

function toLines(
  answer: readonly TimeSeries[],
  typeId: ProfileTypeId,
  by: string,
  service?: string,
): TimelineSeries[] {
  return answer
    .filter(({ points }) => points.length > 0)
    .map(({ labels, points }) => {
      const key = labelValue(labels, by) ?? (by === 'service_name' ? (service ?? '') : '');
      const title = by === 'service_name' ? displayName(key) : key || `no ${by}`;
      return { key, title, typeId, points };
    });
}
