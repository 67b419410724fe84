import * as v from 'valibot';
import { DurationMs, ModelName, TraceReference, UnixMs } from './common.ts';

/**
 * `disabled`: listed, never loaded. `unavailable`: its file is missing or wrong, `reason` says why.
 * `unloaded`: can be loaded. `loading`, `loaded`: as they say.
 */
export const ModelState = v.picklist(['disabled', 'unavailable', 'unloaded', 'loading', 'loaded']);
export type ModelState = v.InferOutput<typeof ModelState>;

/** `demo`: a small generated graph with random weights, its answers mean nothing. */
export const Weights = v.picklist(['demo', 'real']);
export type Weights = v.InferOutput<typeof Weights>;

export const ModelStatus = v.object({
  name: ModelName,
  category: v.string(),
  /** Video memory of the full model, in MB, from the catalog: what the budget counts. */
  vram_mb: v.number(),
  state: ModelState,
  /** A sentence: why the model is disabled or unavailable, or why its last load failed. */
  reason: v.optional(v.string()),
  /** Set when the catalog's entry is an assumption. */
  assumption: v.optional(v.string()),
  /** Absent while there is no file. */
  weights: v.optional(Weights),
  /** Size of the model's files in bytes. */
  file_bytes: v.optional(v.number()),
  /**
   * How much the process's memory grew during the latest load, in bytes: measured, not sampled.
   * Other work of the same moment is in it, so that it can also be 0.
   */
  measured_memory_bytes: v.optional(v.number()),
  /** How long the latest load took. */
  load_ms: v.optional(DurationMs),
  loaded_at: v.optional(UnixMs),
  /** End of the latest run; absent when it has not run since the start. */
  last_used_at: v.optional(UnixMs),
  /** Runs since the start of the backend. */
  runs: v.number(),
  /** Runs at this moment; a model in use is not unloaded. */
  in_use: v.number(),
});
export type ModelStatus = v.InferOutput<typeof ModelStatus>;

/** CPU time of the backend since its start, and how much of it no model can claim. */
export const CpuAttribution = v.object({
  /** All threads, in milliseconds. */
  process_ms: v.number(),
  /** JavaScript's thread: its samples carry labels. Absent where the system does not tell. */
  main_thread_ms: v.optional(v.number()),
  /** Threads outside JavaScript (ONNX Runtime, garbage collection, compilation): no labels. */
  native_threads_ms: v.optional(v.number()),
  /** `native_threads_ms` / `process_ms`, 0 to 1. */
  unattributed_share: v.optional(v.number()),
  /** One sentence on what the figures mean here. */
  note: v.string(),
});
export type CpuAttribution = v.InferOutput<typeof CpuAttribution>;

/** `GET /api/models` */
export const ModelsResponse = v.object({
  models: v.array(ModelStatus),
  /** In MB of the catalog's video memory; loads in progress count as used. */
  budget: v.object({ limit_mb: v.number(), used_mb: v.number() }),
  runtime: v.object({
    name: v.string(),
    version: v.optional(v.string()),
    /** Threads that one inference may use. */
    threads: v.optional(v.number()),
    /** Set when no model can run at all. */
    reason: v.optional(v.string()),
  }),
  cpu: CpuAttribution,
  /** Why there is no memory flame graph per model, for the page to show. */
  memory_note: v.string(),
});
export type ModelsResponse = v.InferOutput<typeof ModelsResponse>;

/** `POST /api/models/:name/load` */
export const LoadResponse = v.object({
  model: ModelStatus,
  /** `shared`: another call was loading it already and this one waited for the same load. */
  outcome: v.picklist(['loaded', 'already-loaded', 'shared']),
  duration_ms: DurationMs,
  /** Names of the models that were unloaded to make room, least recently used first. */
  evicted: v.array(v.string()),
  ...TraceReference.entries,
});
export type LoadResponse = v.InferOutput<typeof LoadResponse>;

/** `POST /api/models/:name/unload` */
export const UnloadResponse = v.object({
  model: ModelStatus,
  outcome: v.picklist(['unloaded', 'not-loaded']),
  duration_ms: DurationMs,
  ...TraceReference.entries,
});
export type UnloadResponse = v.InferOutput<typeof UnloadResponse>;
