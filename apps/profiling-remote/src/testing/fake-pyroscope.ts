import {
  type CallTree,
  CallTreeBuilder,
  type LabelSet,
  compileMatchers,
  labelSetKey,
  nodeCount,
  parseSelector,
  stackTrace,
} from '@hsi/profile-model';
import { decodeFlameGraph, encodeFlameGraph } from '@hsi/pyroscope-api';
import { truncateTree } from '@hsi/pyroscope-api/server';
import { samplesFromFolded } from '@hsi/test-kit';
import recorded from '../profiles/fixtures/recorded-graphs.json' with { type: 'json' };

export type RecordedGraph = keyof typeof recorded;

/** A flame graph that a real Pyroscope answered. */
export function recordedTree(name: RecordedGraph): CallTree {
  return decodeFlameGraph(
    recorded[name].names,
    recorded[name].levels.map((values) => ({ values })),
  );
}

interface Sample {
  readonly labels: LabelSet;
  readonly time: number;
  readonly stack: readonly string[];
  readonly value: number;
  readonly spanId: string | undefined;
}

export interface Push {
  readonly service: string;
  readonly type: string;
  readonly at: number;
  readonly labels?: LabelSet;
  readonly spanId?: string;
  /** Folded lines, or the recording of a graph. */
  readonly stacks: string | RecordedGraph;
}

interface Body {
  readonly start: string;
  readonly end: string;
  readonly matchers?: string[];
  readonly labelNames?: string[];
  readonly name?: string;
  readonly profileTypeID?: string;
  readonly labelSelector?: string;
  readonly groupBy?: string[];
  readonly step?: number;
  readonly aggregation?: string;
  readonly limit?: string;
  readonly maxNodes?: string;
  readonly spanSelector?: string[];
}

export interface Asked extends Body {
  readonly method: string;
}

/** A profile server in memory that answers as Pyroscope does, for the methods that the page uses. */
export class FakePyroscope {
  readonly asked: Asked[] = [];
  /** `away` drops connections, `silent` never answers, a number is the status of every answer. */
  mode: 'up' | 'away' | 'silent' | number = 'up';
  /**
   * As Pyroscope's second storage: fresh data only where `service_name` is matched by `=`, except
   * for the list of the services and their types, which its index answers.
   */
  onlyByName = false;
  /** As Pyroscope's `max_query_length`: longer ranges are refused. */
  longestRange = Infinity;
  /** Methods that this server does not know. */
  readonly unknown = new Set<string>();
  private readonly samples: Sample[] = [];

  push({ service, type, at, labels = {}, spanId, stacks }: Push): this {
    const all = { service_name: service, __profile_type__: type, ...labels };
    for (const { frames, value } of read(stacks)) {
      this.samples.push({ labels: all, time: at, stack: frames, value, spanId });
    }
    return this;
  }

  count(method: string): number {
    return this.asked.filter((one) => one.method === method).length;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const path = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    const method = path.slice(path.lastIndexOf('/') + 1);
    const body = JSON.parse(String(init?.body ?? '{}')) as Body;
    this.asked.push({ ...body, method });
    if (this.mode === 'away') throw new TypeError('Failed to fetch');
    if (this.mode === 'silent') return untilAborted(init?.signal);
    if (typeof this.mode === 'number') {
      const code = this.mode < 500 ? 'invalid_argument' : 'unavailable';
      return json({ code, message: 'Failed.' }, this.mode);
    }
    if (this.unknown.has(method)) return json({ code: 'unimplemented', message: 'unknown' }, 404);
    try {
      return json(this.answer(method, body));
    } catch (error) {
      return json({ code: 'invalid_argument', message: (error as Error).message }, 400);
    }
  };

  private answer(method: string, body: Body): unknown {
    const { labelNames = [], name = '' } = body;
    if (Number(body.end) - Number(body.start) > this.longestRange) {
      throw new Error('the query time range exceeds the limit (query length: 168h, limit: 24h)');
    }
    switch (method) {
      case 'Series': {
        const isIndexed = [...labelNames].sort().join() === '__profile_type__,service_name';
        const sets = this.labelSets(body, labelNames, isIndexed && body.matchers?.length === 0);
        return { labelsSet: sets.map((labels) => ({ labels: pairs(labels) })) };
      }
      case 'LabelNames':
        return { names: unique(this.found(body).flatMap(({ labels }) => Object.keys(labels))) };
      case 'LabelValues':
        return { names: unique(this.found(body).flatMap(({ labels }) => labels[name] ?? [])) };
      case 'SelectMergeStacktraces':
        return { flamegraph: wire(this.found(body), Number(body.maxNodes ?? 0)) };
      case 'SelectMergeSpanProfile': {
        const spans = body.spanSelector ?? [];
        return { flamegraph: wire(this.found(body).filter((s) => spans.includes(s.spanId ?? ''))) };
      }
      case 'SelectSeries':
        return { series: this.series(body) };
      default:
        throw new Error(`the fake does not answer ${method}`);
    }
  }

  private found(body: Body, from = Number(body.start), isIndexed = false): Sample[] {
    const selectors = body.matchers ?? [body.labelSelector ?? '{}'];
    const matchers = selectors.flatMap((selector) => parseSelector(selector));
    if (body.profileTypeID !== undefined) {
      matchers.push({ name: '__profile_type__', operator: '=', value: body.profileTypeID });
    }
    const named = matchers.some(
      ({ name, operator }) => name === 'service_name' && operator === '=',
    );
    if (this.onlyByName && !named && !isIndexed) return [];
    const fits = compileMatchers(matchers);
    return this.samples.filter(
      ({ labels, time }) => time >= from && time <= Number(body.end) && fits(labels),
    );
  }

  private labelSets(body: Body, names: readonly string[], isIndexed: boolean): LabelSet[] {
    const found = this.found(body, Number(body.start), isIndexed);
    const sets = found.map(({ labels }) => only(labels, names));
    return [...new Map(sets.map((set) => [labelSetKey(set), set])).values()];
  }

  /** Points at start, start + step, ...; a point at t covers (t - step, t]. */
  private series(body: Body): unknown[] {
    const step = (body.step ?? 15) * 1000;
    const start = Number(body.start);
    const groups = new Map<string, { labels: LabelSet; samples: Sample[] }>();
    for (const sample of this.found(body, start - step + 1)) {
      const labels = only(sample.labels, body.groupBy ?? []);
      const key = labelSetKey(labels);
      const group = groups.get(key) ?? { labels, samples: [] };
      group.samples.push(sample);
      groups.set(key, group);
    }
    const average = body.aggregation === 'TIME_SERIES_AGGREGATION_TYPE_AVERAGE';
    return [...groups.values()]
      .slice(0, Number(body.limit ?? 0) || undefined)
      .map(({ labels, samples }) => ({
        labels: pairs(labels),
        points: points(samples, start, step, average),
      }));
  }
}

function points(samples: readonly Sample[], start: number, step: number, average: boolean) {
  const buckets = new Map<number, { sum: number; times: Set<number> }>();
  for (const { time, value } of samples) {
    const at = start + Math.ceil((time - start) / step) * step;
    const bucket = buckets.get(at) ?? { sum: 0, times: new Set() };
    bucket.sum += value;
    bucket.times.add(time);
    buckets.set(at, bucket);
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([at, { sum, times }]) => ({
      timestamp: String(at),
      value: average ? sum / times.size : sum,
    }));
}

function wire(samples: readonly Sample[], maxNodes = 0): unknown {
  const builder = new CallTreeBuilder();
  for (const { stack, value } of samples) builder.add(stack, value);
  const { names, levels, total } = encodeFlameGraph(truncateTree(builder.build(), maxNodes));
  return { names, levels: levels.map((values) => ({ values: values.map(String) })), total };
}

function read(stacks: string): { frames: readonly string[]; value: number }[] {
  if (!(stacks in recorded)) return samplesFromFolded(stacks);
  const tree = recordedTree(stacks as RecordedGraph);
  const samples = [];
  for (let node = 1; node < nodeCount(tree); node++) {
    if (tree.self[node]! > 0)
      samples.push({ frames: stackTrace(tree, node), value: tree.self[node]! });
  }
  return samples;
}

function only(labels: LabelSet, names: readonly string[]): LabelSet {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}

function pairs(labels: LabelSet): unknown[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function json(body: unknown, status = 200): Response {
  const headers = { 'content-type': 'application/json' };
  return new Response(JSON.stringify(body), { status, headers });
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
