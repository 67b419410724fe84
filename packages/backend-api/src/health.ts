import * as v from 'valibot';

/** `GET /api/health`: the process answers. */
export const HealthResponse = v.object({
  status: v.literal('ok'),
  version: v.string(),
  uptime_seconds: v.number(),
});
export type HealthResponse = v.InferOutput<typeof HealthResponse>;

/** `GET /api/ready`: 200 when every check passes, else 503 with the same shape. */
export const ReadyResponse = v.object({
  status: v.picklist(['ready', 'not-ready']),
  checks: v.array(v.object({ name: v.string(), ok: v.boolean(), detail: v.optional(v.string()) })),
});
export type ReadyResponse = v.InferOutput<typeof ReadyResponse>;
