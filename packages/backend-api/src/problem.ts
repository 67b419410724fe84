import * as v from 'valibot';

/** What can go wrong, one code each. `apps/backend` says how each reads and its HTTP status. */
export const PROBLEM_CODES = [
  'bad-request',
  'not-found',
  'unknown-model',
  'model-disabled',
  'model-unavailable',
  'model-in-use',
  'load-failed',
  'inference-failed',
  'memory-budget',
  'bad-image',
  'image-too-large',
  'unsupported-media-type',
  'foreign-origin',
  'token-required',
  'too-busy',
  'internal',
] as const;

export const ProblemCode = v.picklist(PROBLEM_CODES);
export type ProblemCode = v.InferOutput<typeof ProblemCode>;

/** The media type of every error. */
export const PROBLEM_TYPE = 'application/problem+json';

/** An error as RFC 9457 has it. `detail` is the sentence for a person. */
export const Problem = v.object({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599)),
  detail: v.string(),
  /** Stable; unknown codes of a newer backend stay readable through `title` and `detail`. */
  code: v.string(),
  /** The request's trace, to find it in the logs. */
  trace_id: v.optional(v.string()),
});
export type Problem = v.InferOutput<typeof Problem>;
