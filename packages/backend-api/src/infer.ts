import * as v from 'valibot';
import { DurationMs, ModelName, TraceReference } from './common.ts';
import { Weights } from './models.ts';

/** x, y of the left upper corner, width, height; in pixels of the posted image. */
export const Box = v.tuple([v.number(), v.number(), v.number(), v.number()]);
export type Box = v.InferOutput<typeof Box>;

/** 0 to 1. */
const Score = v.number();

/** What a model found. Every kind is small enough to print. */
export const InferenceResult = v.variant('kind', [
  v.object({
    kind: v.literal('detections'),
    items: v.array(v.object({ label: v.string(), score: Score, box: Box })),
  }),
  v.object({
    kind: v.literal('text'),
    lines: v.array(v.object({ text: v.string(), score: Score, box: Box })),
  }),
  v.object({
    kind: v.literal('classes'),
    items: v.array(v.object({ label: v.string(), score: Score })),
  }),
  v.object({
    kind: v.literal('embedding'),
    dimensions: v.number(),
    /** The first values of the unit vector. */
    preview: v.array(v.number()),
  }),
  v.object({
    kind: v.literal('pose'),
    keypoints: v.array(v.object({ name: v.string(), x: v.number(), y: v.number(), score: Score })),
  }),
  v.object({
    kind: v.literal('depth'),
    min: v.number(),
    max: v.number(),
    mean: v.number(),
    /** Rows from the top, 0 (far) to 1 (near). */
    grid: v.array(v.array(v.number())),
  }),
  v.object({
    kind: v.literal('segments'),
    /** Share of the image's area, 0 to 1, the largest first. */
    items: v.array(v.object({ label: v.string(), share: v.number() })),
  }),
  v.object({
    kind: v.literal('quality'),
    /** 0 (best) to 100 (worst). */
    score: v.number(),
  }),
]);
export type InferenceResult = v.InferOutput<typeof InferenceResult>;

/** `POST /api/models/:name/infer`; the request's body is the image itself. */
export const InferResponse = v.object({
  model: ModelName,
  category: v.string(),
  weights: Weights,
  /** "demo weights: …" when the answer means nothing. */
  note: v.optional(v.string()),
  image: v.object({ width: v.number(), height: v.number() }),
  result: InferenceResult,
  /** True when this call loaded the model first; `load_ms` is then part of the total. */
  loaded_now: v.boolean(),
  timing: v.object({
    decode_ms: DurationMs,
    load_ms: DurationMs,
    preprocess_ms: DurationMs,
    inference_ms: DurationMs,
    postprocess_ms: DurationMs,
    total_ms: DurationMs,
  }),
  ...TraceReference.entries,
});
export type InferResponse = v.InferOutput<typeof InferResponse>;

/** Media types that an image may be posted as. */
export const IMAGE_TYPES = ['image/png', 'image/jpeg'] as const;
