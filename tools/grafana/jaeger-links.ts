/**
 * Jaeger UI's `linkPatterns`, as Jaeger UI 2.20 evaluates them
 * (packages/jaeger-ui/src/model/link-patterns.ts), so that our patterns can be tested without a
 * Jaeger. Times are microseconds, as Jaeger has them.
 */

export interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

export interface JaegerSpan {
  readonly spanID: string;
  readonly operationName: string;
  readonly startTime: number;
  readonly duration: number;
  readonly tags: readonly KeyValue[];
  readonly parent?: JaegerSpan;
  readonly process: { readonly serviceName: string; readonly tags: readonly KeyValue[] };
}

export interface JaegerTrace {
  readonly traceID: string;
  readonly traceName: string;
  readonly startTime: number;
  readonly duration: number;
  readonly spans: readonly JaegerSpan[];
}

export interface LinkPattern {
  readonly type: 'tags' | 'traces';
  readonly key?: string;
  readonly url: string;
  readonly text: string;
}

export interface Link {
  readonly url: string;
  readonly text: string;
}

/** The links that Jaeger shows on the value of a span's tag. */
export function tagLinks(
  patterns: readonly LinkPattern[],
  trace: JaegerTrace,
  span: JaegerSpan,
  key: string,
): Link[] {
  const lookUp = (name: string) => tagVariable(trace, span, name);
  return patterns
    .filter((pattern) => pattern.type === 'tags' && pattern.key === key)
    .flatMap((pattern) => fill(pattern, lookUp));
}

/** The links that Jaeger shows for a whole trace. */
export function traceLinks(patterns: readonly LinkPattern[], trace: JaegerTrace): Link[] {
  const variables = traceVariables(trace);
  return patterns
    .filter(({ type }) => type === 'traces')
    .flatMap((pattern) => fill(pattern, (name) => variables[name]));
}

/** A variable without a value takes the whole link away. Values are encoded in the URL. */
function fill(pattern: LinkPattern, lookUp: (name: string) => unknown): Link[] {
  const names = [...`${pattern.url}${pattern.text}`.matchAll(/#\{([^{}]*)\}/gu)].map(
    ([, name = '']) => name.trim(),
  );
  const values = new Map(names.map((name) => [name, lookUp(name)]));
  if ([...values.values()].some((value) => value === undefined)) return [];
  const insert = (template: string, encode: (text: string) => string) =>
    template.replace(/#\{([^{}]*)\}/gu, (_whole, name: string) =>
      encode(String(values.get(name.trim()))),
    );
  return [
    { url: insert(pattern.url, encodeURIComponent), text: insert(pattern.text, (text) => text) },
  ];
}

/**
 * First any tag of the same list, then the span's fields, tags and process tags, then those of its
 * ancestors. The service's name is none of these: resource attributes become process tags, but
 * `service.name` is taken out of them.
 */
function tagVariable(trace: JaegerTrace, span: JaegerSpan, name: string): unknown {
  const traceVariable = /^trace\.(.+)$/u.exec(name)?.[1];
  if (traceVariable !== undefined) return traceVariables(trace)[traceVariable];
  const own = valueOf(span.tags, name);
  if (own !== undefined) return own;
  for (let at: JaegerSpan | undefined = span; at !== undefined; at = at.parent) {
    const { spanID, operationName, duration, startTime } = at;
    const fields: Record<string, unknown> = { spanID, operationName, duration, startTime };
    const found = fields[name] ?? valueOf(at.tags, name) ?? valueOf(at.process.tags, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function traceVariables(trace: JaegerTrace): Record<string, unknown> {
  const { traceID, traceName, duration, startTime } = trace;
  return { traceID, traceName, duration, startTime, endTime: startTime + duration };
}

function valueOf(tags: readonly KeyValue[], name: string): unknown {
  return tags.find(({ key }) => key === name)?.value;
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** OTLP's JSON, as far as this reads it. */
export interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly OtlpAttribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: readonly OtlpAttribute[];
      }[];
    }[];
  }[];
}

/** One exported trace as Jaeger shows it, by the rules of the collector's OTLP translation. */
export function jaegerTrace(otlp: OtlpTraces): JaegerTrace {
  const recorded = otlp.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const attributes = keyValues(resource.attributes);
    const process = {
      serviceName: String(valueOf(attributes, 'service.name')),
      tags: attributes.filter(({ key }) => key !== 'service.name'),
    };
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ span, process })));
  });
  const made = new Map<string, JaegerSpan>();
  const make = (spanId: string | undefined): JaegerSpan | undefined => {
    const found = recorded.find(({ span }) => span.spanId === spanId);
    if (!found) return undefined;
    const { span, process } = found;
    const known = made.get(span.spanId);
    if (known) return known;
    const parent = make(span.parentSpanId);
    const startTime = microseconds(span.startTimeUnixNano);
    const result: JaegerSpan = {
      spanID: span.spanId,
      operationName: span.name,
      startTime,
      duration: microseconds(span.endTimeUnixNano) - startTime,
      tags: keyValues(span.attributes),
      process,
      ...(parent && { parent }),
    };
    made.set(span.spanId, result);
    return result;
  };
  const spans = recorded.map(({ span }) => make(span.spanId)).filter((span) => span !== undefined);
  const startTime = Math.min(...spans.map((span) => span.startTime));
  const root = spans.find(({ parent }) => parent === undefined);
  return {
    traceID: recorded[0]?.span.traceId ?? '',
    traceName: `${root?.process.serviceName}: ${root?.operationName}`,
    startTime,
    duration: Math.max(...spans.map((span) => span.startTime + span.duration)) - startTime,
    spans,
  };
}

function keyValues(attributes: readonly OtlpAttribute[]): KeyValue[] {
  return attributes.map(({ key, value }) => ({ key, value: Object.values(value)[0] }));
}

function microseconds(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n);
}
