import { labelValue, parseProfileType, parseSelector, type TimeRange } from '@hsi/profile-model';
import { type PointSeries, type ProfileStore, type Selection } from '@hsi/profile-store';
import {
  diffGraph,
  dotGraph,
  truncateTree,
  type WireGraph,
  wireGraph,
} from '@hsi/pyroscope-api/server';
import { type FastifyInstance } from 'fastify';
import { parseTimeNanos } from '../ingest/parameters.ts';
import { invalid } from '../refusal.ts';
import { tenantOf } from '../tenant.ts';
import { checkSameType, DEFAULT_MAX_NODES, dotNodes, maxNodes } from './requests.ts';

type Query = Record<string, string | string[]>;

/** About how many points a timeline has. */
const TIMELINE_POINTS = 1_500;

/**
 * Pyroscope's older HTTP form: `GET /pyroscope/render` as JSON or in Graphviz' DOT language, and
 * `/pyroscope/render-diff` as JSON.
 */
export function addRenderRoutes(
  app: FastifyInstance,
  store: ProfileStore,
  now: () => number,
): void {
  app.get<{ Querystring: Query }>('/pyroscope/render', async (request, reply) => {
    const { query } = request;
    const format = formatOf(query, ['json', 'dot']);
    const selection = renderSelection(tenantOf(request), query, ['query', 'from', 'until'], now());
    const tree = await store.mergeTree(selection);
    if (format === 'dot') {
      const { sampleType: type, sampleUnit: unit } = parseProfileType(selection.profileTypeId);
      const nodes = dotNodes(BigInt(askedNodes(query, 0)));
      const options = { type, unit, time: selection.to, maxNodes: nodes };
      return reply.type('text/plain; charset=utf-8').send(dotGraph(tree, options));
    }
    const graph = wireGraph(truncateTree(tree, askedNodes(query, DEFAULT_MAX_NODES)));
    return reply.send({
      ...flamebearer(graph, selection, 'single'),
      ...(await timelines(store, selection, query)),
      heatmap: null,
    });
  });

  app.get<{ Querystring: Query }>('/pyroscope/render-diff', async (request, reply) => {
    const { query } = request;
    formatOf(query, ['json']);
    const tenant = tenantOf(request);
    const left = renderSelection(tenant, query, ['leftQuery', 'leftFrom', 'leftUntil'], now());
    const right = renderSelection(tenant, query, ['rightQuery', 'rightFrom', 'rightUntil'], now());
    checkSameType(left, right);
    const [a, b] = await Promise.all([store.mergeTree(left), store.mergeTree(right)]);
    const graph = diffGraph(a, b, askedNodes(query, DEFAULT_MAX_NODES));
    return reply.send({
      ...flamebearer(graph, left, 'double'),
      timeline: null,
      groups: null,
      heatmap: null,
      ...ticks(graph),
    });
  });
}

function text(query: Query, name: string): string {
  const value = query[name];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

/** The format of an answer, the first one when none is asked for. @throws Refusal */
function formatOf(query: Query, formats: readonly string[]): string {
  const asked = text(query, 'format') || formats[0]!;
  if (formats.includes(asked)) return asked;
  throw invalid(
    `The format ${JSON.stringify(asked.slice(0, 40))} is not supported; use ${formats.join(' or ')}.`,
    'format',
  );
}

/** How many nodes are asked for; `otherwise` when it is not said, or 0. @throws Refusal */
function askedNodes(query: Query, otherwise: number): number {
  const asked = text(query, 'max-nodes') || text(query, 'maxNodes');
  if (asked !== '' && !/^-?\d{1,9}$/.test(asked)) {
    throw invalid(
      `maxNodes is ${JSON.stringify(asked.slice(0, 40))}: expected a number.`,
      'parameter',
    );
  }
  return Number(asked) > 0 ? maxNodes(BigInt(asked)) : otherwise;
}

/** A query such as `process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="a"}` and its range. */
function renderSelection(
  tenant: string,
  query: Query,
  [queryName, fromName, untilName]: readonly [string, string, string],
  nowMs: number,
): Selection {
  const matchers = parseSelector(text(query, queryName));
  const type = matchers.find(({ name }) => name === '__name__');
  const from = Number(parseTimeNanos(text(query, fromName) || 'now-1h', nowMs) / 1_000_000n);
  const to = Number(parseTimeNanos(text(query, untilName) || 'now', nowMs) / 1_000_000n);
  if (from > to) throw invalid('query start time is after end time', 'time_range');
  return {
    tenant,
    profileTypeId: parseProfileType(type?.value ?? '').id,
    matchers: matchers.filter((matcher) => matcher !== type),
    from,
    to,
  };
}

function flamebearer(graph: WireGraph, { profileTypeId }: Selection, format: 'single' | 'double') {
  const { sampleType, sampleUnit } = parseProfileType(profileTypeId);
  const isCpu = sampleType === 'cpu';
  const isCount = /_objects$|^goroutine|^samples$/.test(sampleType);
  return {
    version: 1,
    flamebearer: {
      names: graph.names,
      levels: graph.levels.map((level) => level.map(Number)),
      numTicks: Number(graph.total),
      maxSelf: Number(graph.maxSelf),
    },
    metadata: {
      format,
      spyName: '',
      sampleRate: isCpu ? 1_000_000_000 : 100,
      units: isCpu ? 'samples' : isCount ? 'objects' : sampleUnit,
      name: sampleType,
    },
  };
}

/** The totals of both sides; Pyroscope leaves out those that are 0. */
function ticks({ ticks: [left, right] = [0, 0] }: WireGraph) {
  return {
    ...(Number(left) > 0 ? { leftTicks: Number(left) } : {}),
    ...(Number(right) > 0 ? { rightTicks: Number(right) } : {}),
  };
}

/** Seconds between the points of a timeline: about 1,500 points, a length that people know. */
function timelineStep({ from, to }: TimeRange): number {
  const seconds = (to - from) / 1_000 / TIMELINE_POINTS;
  return STEPS.find(([most]) => seconds <= most)?.[1] ?? 31_536_000;
}

/** Up to so many seconds, the step is so many, as Pyroscope has it. */
const STEPS: readonly (readonly [most: number, step: number])[] = [
  [17.5, 15],
  [25, 20],
  [45, 30],
  [90, 60],
  [210, 120],
  [450, 300],
  [750, 600],
  [1_050, 900],
  [1_500, 1_200],
  [2_700, 1_800],
  [5_400, 3_600],
  [9_000, 7_200],
  [16_200, 10_800],
  [32_400, 21_600],
  [86_400, 43_200],
  [604_800, 86_400],
  [1_814_400, 604_800],
  [3_628_799, 2_592_000],
];

/**
 * The timeline of all samples and, with `groupBy`, one for each value of that label. Of several
 * labels the first counts, and with several groups the timeline of all has no samples, as in
 * Pyroscope.
 */
async function timelines(store: ProfileStore, selection: Selection, query: Query) {
  const step = timelineStep(selection);
  const stepMs = step * 1_000;
  const groupBy = [query.groupBy ?? []].flat();
  const series = await store.pointSeries(
    // The first point covers the step before the range.
    { ...selection, from: selection.from - stepMs + 1 },
    {
      firstPoint: selection.from,
      stepMs,
      groupBy,
      aggregation: text(query, 'aggregation') === 'avg' ? 'average' : 'sum',
      limit: 0,
    },
  );
  const [label] = groupBy;
  return {
    timeline: timeline(selection, step, series.length === 1 ? series[0]!.points : []),
    groups:
      label === undefined
        ? null
        : Object.fromEntries(
            series.map(({ labels, points }) => [
              labelValue(labels, label) ?? '*',
              timeline(selection, step, points),
            ]),
          ),
  };
}

/** Points as samples of equal length, which begin at multiples of it. */
function timeline({ from, to }: TimeRange, step: number, points: PointSeries['points']) {
  const bucketOf = (ms: number) => Math.floor(ms / 1_000 / step);
  const first = bucketOf(from);
  const samples = new Array<number>(bucketOf(to) - first).fill(0);
  for (const { time, value } of points) {
    const index = bucketOf(time) - first;
    if (index < samples.length) samples[index] = Math.trunc(value);
  }
  return { startTime: first * step, samples, durationDelta: step, watermarks: null };
}
