import * as v from 'valibot';

/** Milliseconds since 1970-01-01 UTC. */
export const UnixMs = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8.64e15));
export type UnixMs = v.InferOutput<typeof UnixMs>;

/** A span of time in milliseconds, with fractions. */
export const DurationMs = v.pipe(v.number(), v.minValue(0));

/** W3C trace id: 32 hexadecimal digits. */
export const TraceId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
/** W3C span id: 16 hexadecimal digits. It is also what selects the span's profile. */
export const SpanId = v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/));

/** Where the call is found: in a trace store, and as `spanId` on the profiling page. */
export const TraceReference = v.object({ trace_id: TraceId, span_id: SpanId });
export type TraceReference = v.InferOutput<typeof TraceReference>;

/** A model's name as the catalog spells it. */
export const ModelName = v.pipe(v.string(), v.maxLength(64), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/));
