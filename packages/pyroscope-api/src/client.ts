import {
  type CallTree,
  type LabelSet,
  type Matcher,
  type ProfileType,
  type ProfileTypeId,
  type TimeRange,
  type UnixMs,
} from '@hsi/profile-model';
import * as v from 'valibot';
import { decodeFlameGraph, MalformedFlameGraph } from './flame-graph-wire.ts';
import {
  mergeRequest,
  type ProfileQuery,
  querierCall,
  type SeriesListQuery,
  selectors,
  seriesRequest,
  type ServerAddress,
  times,
} from './requests.ts';
import {
  ErrorResponse,
  FlameGraphResponse,
  NamesResponse,
  ProfileTypesResponse,
  SelectSeriesResponse,
  SeriesResponse,
} from './schemas.ts';

/**
 * A request that has no answer. `code` is Connect's (`invalid_argument`, `unavailable`,
 * `deadline_exceeded`, ...); `status` is the HTTP status, 0 when no server answered.
 */
export class PyroscopeError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'PyroscopeError';
  }
}

export interface PyroscopeClientOptions extends ServerAddress {
  readonly fetch?: typeof fetch;
  /** How long a request may take; 30 s unless told. */
  readonly timeoutMs?: number;
}

export interface SeriesQuery extends TimeRange {
  readonly profileTypeId: ProfileTypeId;
  readonly matchers: readonly Matcher[];
  /** Width of a point in seconds; a point at t covers (t - step, t]. */
  readonly stepSeconds: number;
  readonly groupBy?: readonly string[];
  readonly aggregation?: 'sum' | 'average';
  /** The most series to answer, those with the greatest totals; 0 or absent is all. */
  readonly limit?: number;
}

export interface TimeSeries {
  readonly labels: LabelSet;
  /** In order of time; a point is left out where there is no profile. Values in the type's unit. */
  readonly points: readonly { readonly time: UnixMs; readonly value: number }[];
}

/** Reads profiles from any server that speaks Pyroscope's `querier.v1` (Connect, JSON). */
export class PyroscopeClient {
  private readonly server: ServerAddress;
  private readonly fetch: typeof fetch;
  private readonly timeoutMs: number;

  constructor(options: PyroscopeClientOptions) {
    this.server = options;
    this.fetch = options.fetch ?? ((input, init) => fetch(input, init));
    this.timeoutMs = options.timeoutMs ?? 30_000;
  }

  /** The profile types that have data in the range. */
  async profileTypes(range: TimeRange, signal?: AbortSignal): Promise<ProfileType[]> {
    const answer = await this.call('ProfileTypes', times(range), ProfileTypesResponse, signal);
    return answer.profileTypes.map(({ ID, ...parts }) => ({ id: ID, ...parts }));
  }

  async labelNames(
    query: { readonly matchers?: readonly Matcher[] } & TimeRange,
    signal?: AbortSignal,
  ): Promise<string[]> {
    const body = { ...times(query), matchers: selectors(query.matchers) };
    return (await this.call('LabelNames', body, NamesResponse, signal)).names;
  }

  async labelValues(
    query: { readonly name: string; readonly matchers?: readonly Matcher[] } & TimeRange,
    signal?: AbortSignal,
  ): Promise<string[]> {
    const body = { ...times(query), name: query.name, matchers: selectors(query.matchers) };
    return (await this.call('LabelValues', body, NamesResponse, signal)).names;
  }

  /** The label sets that have data; with `labelNames` only those labels of each, without repeats. */
  async series(query: SeriesListQuery, signal?: AbortSignal): Promise<LabelSet[]> {
    const answer = await this.call('Series', seriesRequest(query), SeriesResponse, signal);
    return answer.labelsSet.map(({ labels }) => labelSet(labels));
  }

  /** All samples of a selection as one tree; the root alone when there are none. */
  async selectMergeStacktraces(query: ProfileQuery, signal?: AbortSignal): Promise<CallTree> {
    return this.tree('SelectMergeStacktraces', mergeRequest(query), signal);
  }

  /** The samples of these spans (16 hexadecimal digits each) as one tree. */
  async selectMergeSpanProfile(
    query: ProfileQuery & { readonly spanIds: readonly string[] },
    signal?: AbortSignal,
  ): Promise<CallTree> {
    const body = { ...mergeRequest(query), spanSelector: query.spanIds };
    return this.tree('SelectMergeSpanProfile', body, signal);
  }

  /** The total of each step, one series per set of values of the `groupBy` labels. */
  async selectSeries(query: SeriesQuery, signal?: AbortSignal): Promise<TimeSeries[]> {
    const aggregation = query.aggregation === 'average' ? 'AVERAGE' : 'SUM';
    const body = {
      ...mergeRequest(query),
      groupBy: query.groupBy ?? [],
      step: query.stepSeconds,
      aggregation: `TIME_SERIES_AGGREGATION_TYPE_${aggregation}`,
      ...(query.limit === undefined ? {} : { limit: String(query.limit) }),
    };
    const answer = await this.call('SelectSeries', body, SelectSeriesResponse, signal);
    return answer.series.map(({ labels, points }) => ({
      labels: labelSet(labels),
      points: points.map(({ timestamp, value }) => ({ time: timestamp, value })),
    }));
  }

  private async tree(method: string, body: object, signal?: AbortSignal): Promise<CallTree> {
    const { flamegraph } = await this.call(method, body, FlameGraphResponse, signal);
    try {
      return decodeFlameGraph(flamegraph?.names ?? [], flamegraph?.levels ?? []);
    } catch (error) {
      if (!(error instanceof MalformedFlameGraph)) throw error;
      throw new PyroscopeError(error.message, 'internal', 200, { cause: error });
    }
  }

  private async call<Schema extends v.GenericSchema>(
    method: string,
    body: object,
    schema: Schema,
    signal: AbortSignal | undefined,
  ): Promise<v.InferOutput<Schema>> {
    const { status, text } = await this.post(method, body, signal);
    const json = parseJson(text);
    if (status !== 200) throw refusal(method, status, json);
    const parsed = v.safeParse(schema, json);
    if (parsed.success) return parsed.output;
    const where = v.getDotPath(parsed.issues[0]) ?? 'the answer';
    throw new PyroscopeError(
      `The profile server's answer to ${method} is not Pyroscope's: ${where}: ${parsed.issues[0].message}.`,
      'internal',
      status,
    );
  }

  private async post(
    method: string,
    body: object,
    signal: AbortSignal | undefined,
  ): Promise<{ status: number; text: string }> {
    const deadline = AbortSignal.timeout(this.timeoutMs);
    try {
      const { url, init } = querierCall(this.server, method, body);
      const response = await this.fetch(url, {
        ...init,
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (signal?.aborted) throw error;
      if (deadline.aborted) {
        const seconds = this.timeoutMs / 1000;
        const message = `The profile server did not answer ${method} within ${seconds} s.`;
        throw new PyroscopeError(message, 'deadline_exceeded', 0, { cause: error });
      }
      const message = `The profile server cannot be reached (${method}).`;
      throw new PyroscopeError(message, 'unavailable', 0, { cause: error });
    }
  }
}

function labelSet(pairs: readonly { name: string; value: string }[]): LabelSet {
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What Connect's protocol says about an answer without a code of its own. */
const CODES: Readonly<Record<number, string>> = {
  400: 'internal',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'unimplemented',
  429: 'unavailable',
  502: 'unavailable',
  503: 'unavailable',
  504: 'unavailable',
};

function refusal(method: string, status: number, json: unknown): PyroscopeError {
  const parsed = v.safeParse(ErrorResponse, json);
  if (parsed.success && parsed.output.message !== '') {
    return new PyroscopeError(parsed.output.message, parsed.output.code, status);
  }
  const message = `The profile server answered ${method} with status ${status}.`;
  return new PyroscopeError(message, CODES[status] ?? 'unknown', status);
}
