import * as v from 'valibot';
import { DurationMs, SpanId, TraceId, UnixMs } from './common.ts';

/** `evict`: unloaded by the zoo to make room for another model. */
export const AUDIT_ACTIONS = ['load', 'unload', 'evict', 'infer'] as const;
export const AuditAction = v.picklist(AUDIT_ACTIONS);
export type AuditAction = v.InferOutput<typeof AuditAction>;

/** `refused`: the rules said no (unknown, disabled, in use, budget); `failed`: it was tried. */
export const AUDIT_RESULTS = ['ok', 'failed', 'refused'] as const;
export const AuditResult = v.picklist(AUDIT_RESULTS);
export type AuditResult = v.InferOutput<typeof AuditResult>;

export const AuditEntry = v.object({
  /** Grows with time; also the cursor. */
  id: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** When the work began. */
  time: UnixMs,
  /** Who asked: `browser`, `token`, or `zoo` for what the zoo does by itself. */
  actor: v.string(),
  action: AuditAction,
  /** As it was asked for, so it can be a name that the catalog does not have. */
  model: v.string(),
  duration_ms: DurationMs,
  result: AuditResult,
  /** One sentence; always there when the result is not `ok`. */
  detail: v.optional(v.string()),
  trace_id: TraceId,
  span_id: SpanId,
});
export type AuditEntry = v.InferOutput<typeof AuditEntry>;

const queryNumber = v.pipe(
  v.string(),
  v.regex(/^\d+$/),
  v.transform(Number),
  v.number(),
  v.integer(),
  v.minValue(0),
);

/** The query of `GET /api/audit`; every filter narrows. */
export const AuditQuery = v.object({
  model: v.optional(v.pipe(v.string(), v.maxLength(128))),
  action: v.optional(AuditAction),
  result: v.optional(AuditResult),
  actor: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** First moment, inclusive. */
  from: v.optional(v.pipe(queryNumber, UnixMs)),
  /** Last moment, exclusive. */
  to: v.optional(v.pipe(queryNumber, UnixMs)),
  /** Entries per page, 1 to 500. */
  limit: v.optional(v.pipe(queryNumber, v.minValue(1), v.maxValue(500)), '50'),
  /** `next` of the page before. */
  cursor: v.optional(v.pipe(queryNumber, v.minValue(1))),
});
export type AuditQuery = v.InferOutput<typeof AuditQuery>;

/** `GET /api/audit`: the newest first. */
export const AuditResponse = v.object({
  items: v.array(AuditEntry),
  /** Pass it as `cursor` for the entries before these; null on the last page. */
  next: v.nullable(v.number()),
  /** Where a trace is found, with `{trace_id}` to fill in; null when no trace store is known. */
  trace_url: v.nullable(v.string()),
});
export type AuditResponse = v.InferOutput<typeof AuditResponse>;
