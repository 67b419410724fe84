import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type MessageShape,
} from '@bufbuild/protobuf';
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  LabelValuesRequestSchema,
  LabelValuesResponseSchema,
  SelectMergeSpanProfileRequestSchema,
  SelectMergeSpanProfileResponseSchema,
  SelectMergeStacktracesRequestSchema,
  SelectMergeStacktracesResponseSchema,
  SelectSeriesRequestSchema,
  SelectSeriesResponseSchema,
  type FlameGraph,
} from '@hsi/pyroscope-api/server';

/** A target of a panel after Grafana's page has replaced its variables. */
export interface Query {
  readonly queryType?: string;
  readonly profileTypeId?: string;
  readonly labelSelector?: string;
  readonly groupBy?: readonly string[];
  readonly maxNodes?: number;
  readonly limit?: number;
  readonly spanSelector?: readonly string[];
}

export interface Range {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly unit: string;
  /** Time in unix milliseconds, value in the unit. */
  readonly points: readonly (readonly [time: number, value: number])[];
}

export interface Graph {
  readonly names: readonly string[];
  /** Levels as Pyroscope writes them: groups of offset, total, self and name. */
  readonly levels: readonly (readonly number[])[];
  readonly total: number;
}

export interface Answer {
  readonly lines: readonly Line[];
  readonly graphs: readonly Graph[];
}

/** The data source's `minStep`, in seconds. */
const MIN_STEP = 15;
const LIMIT_MS = 10_000;

/**
 * Grafana's Pyroscope data source: the part in the browser, which leaves queries out or changes
 * them (public/app/plugins/datasource/grafana-pyroscope-datasource/datasource.ts), and the part in
 * the server, which asks Pyroscope in binary Connect and converts units
 * (pkg/tsdb/grafana-pyroscope-datasource/query.go). As in 12.3.
 */
export class PyroscopeSource {
  constructor(
    private readonly url: string,
    private readonly fetch: typeof globalThis.fetch = globalThis.fetch,
  ) {}

  /** @throws Error with Pyroscope's code and message */
  async query(query: Query, range: Range, intervalSeconds: number): Promise<Answer> {
    if (!query.profileTypeId) return { lines: [], graphs: [] };
    const type = normalizedType(query);
    const [lines, graphs] = await Promise.all([
      type === 'metrics' || type === 'both' ? this.series(query, range, intervalSeconds) : [],
      type === 'profile' || type === 'both' ? this.graph(query, range) : [],
    ]);
    return { lines, graphs };
  }

  async labelValues(labelName: string, profileTypeId: string, range: Range): Promise<string[]> {
    const { names } = await this.call(
      'LabelValues',
      LabelValuesRequestSchema,
      LabelValuesResponseSchema,
      {
        name: labelName,
        // The type is pasted in as it is.
        matchers: [`{__profile_type__="${profileTypeId}"}`],
        ...times(range),
      },
    );
    return names.filter((name) => !name.startsWith('__'));
  }

  private async series(query: Query, range: Range, intervalSeconds: number): Promise<Line[]> {
    const { profileTypeId = '', labelSelector = '', groupBy = [], limit } = query;
    const step = Math.max(intervalSeconds, MIN_STEP);
    const { series } = await this.call(
      'SelectSeries',
      SelectSeriesRequestSchema,
      SelectSeriesResponseSchema,
      {
        profileTypeID: profileTypeId,
        labelSelector,
        ...times(range),
        groupBy: [...groupBy],
        step,
        ...(limit !== undefined && { limit: BigInt(limit) }),
      },
    );
    const { unit, of } = meaning(profileTypeId, step);
    return series.map(({ labels, points }) => ({
      labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
      unit,
      points: points.map(({ timestamp, value }) => [Number(timestamp), of(value)] as const),
    }));
  }

  private async graph(query: Query, range: Range): Promise<Graph[]> {
    const { profileTypeId = '', labelSelector = '', maxNodes, spanSelector = [] } = query;
    const selection = {
      profileTypeID: profileTypeId,
      labelSelector,
      ...times(range),
      ...(maxNodes !== undefined && { maxNodes: BigInt(maxNodes) }),
    };
    const { flamegraph } =
      spanSelector.length > 0
        ? await this.call(
            'SelectMergeSpanProfile',
            SelectMergeSpanProfileRequestSchema,
            SelectMergeSpanProfileResponseSchema,
            { ...selection, spanSelector: [...spanSelector] },
          )
        : await this.call(
            'SelectMergeStacktraces',
            SelectMergeStacktracesRequestSchema,
            SelectMergeStacktracesResponseSchema,
            selection,
          );
    return flamegraph === undefined ? [] : [toGraph(flamegraph)];
  }

  private async call<I extends DescMessage, O extends DescMessage>(
    method: string,
    input: I,
    output: O,
    init: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    const response = await this.fetch(`${this.url}/querier.v1.QuerierService/${method}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/proto',
        'connect-protocol-version': '1',
        'user-agent': 'connect-go/1.18.1',
      },
      body: new Uint8Array(toBinary(input, create(input, init))),
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    if (response.status !== 200) {
      const text = await response.text();
      const { code, message } = problem(text);
      throw new Error(`${code}: ${message}`);
    }
    const type = response.headers.get('content-type');
    if (type !== 'application/proto') throw new Error(`unknown: invalid content-type: "${type}"`);
    return fromBinary(output, new Uint8Array(await response.arrayBuffer()));
  }
}

/** Outside Explore "both" shows the graph only; an empty selector escapes that. */
function normalizedType({ queryType = 'both', labelSelector }: Query): string {
  return queryType === 'both' && labelSelector !== '' ? 'profile' : queryType;
}

/** Types that Grafana knows and that the services here send; of others only the unit is looked at. */
const LEVELS = new Set([
  'memory:inuse_space:bytes:space:bytes',
  'memory:inuse_objects:count:space:bytes',
  'goroutines:goroutine:count:goroutine:count',
  'goroutine:goroutine:count:goroutine:count',
]);

interface Meaning {
  readonly unit: string;
  /** What Pyroscope's sum of a step becomes. */
  readonly of: (sum: number) => number;
}

/** Values of a type that accumulates are divided by the step and get the unit of a rate. */
function meaning(profileTypeId: string, stepSeconds: number): Meaning {
  const [name, , sampleUnit] = profileTypeId.split(':');
  const isRate =
    !LEVELS.has(profileTypeId) && (sampleUnit === 'nanoseconds' || sampleUnit === 'bytes');
  if (!isRate) return { unit: sampleUnit === 'bytes' ? 'bytes' : 'short', of: (sum) => sum };
  if (sampleUnit === 'bytes') return { unit: 'binBps', of: (sum) => sum / stepSeconds };
  return name === 'process_cpu'
    ? { unit: 'cores', of: (sum) => sum / 1e9 / stepSeconds }
    : { unit: 'ns', of: (sum) => sum / stepSeconds };
}

function toGraph({ names, levels, total }: FlameGraph): Graph {
  return {
    names,
    levels: levels.map(({ values }) => values.map(Number)),
    total: Number(total),
  };
}

function times({ from, to }: Range) {
  return { start: BigInt(Math.floor(from)), end: BigInt(Math.floor(to)) };
}

function problem(body: string): { code: string; message: string } {
  try {
    const { code, message } = JSON.parse(body) as { code?: string; message?: string };
    return { code: code ?? 'unknown', message: message ?? body };
  } catch {
    return { code: 'unknown', message: body };
  }
}
