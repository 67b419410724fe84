import { Buffer } from 'node:buffer';
import {
  type AuditAction,
  type InferResponse,
  type LoadResponse,
  type ModelsResponse,
  type ModelStatus,
  type UnloadResponse,
} from '@hsi/backend-api';
import { type Tracer } from '@opentelemetry/api';
import { ProblemError } from '../http/problems.ts';
import { decodeImage, type ImageLimits } from '../images/decode.ts';
import { type AuditLog } from '../logs/audit-log.ts';
import { type Metrics } from '../metrics.ts';
import { currentSpan, inSpan } from '../telemetry.ts';
import { cpuAttribution, type CpuTimes, MEMORY_NOTE } from './cpu.ts';
import { type LoadedModel } from './model-runner.ts';
import { type Runtime } from './runtime.ts';
import { type ModelZoo, type ZooEntry } from './zoo.ts';

const MAXIMUM_RUNS = 8;
const NOTE =
  'demo weights: a small generated graph with random weights. The work is real, the answer means nothing.';

export interface ModelServiceOptions {
  readonly zoo: ModelZoo<LoadedModel>;
  readonly runtime: Runtime | { readonly reason: string };
  readonly audit: AuditLog;
  readonly metrics: Metrics;
  readonly tracer: Tracer;
  readonly limits: ImageLimits;
  readonly cpuTimes: () => CpuTimes;
  readonly now: () => number;
  readonly underLabel: <T>(model: string, work: () => Promise<T>) => Promise<T>;
  readonly log: (error: unknown, message: string) => void;
}

/** What people and services ask of the zoo; every call is timed, traced and audited. */
export class ModelService {
  readonly #options: ModelServiceOptions;
  #runs = 0;

  constructor(options: ModelServiceOptions) {
    this.#options = options;
  }

  async list(): Promise<ModelsResponse> {
    const { zoo, runtime, cpuTimes } = this.#options;
    const threads = 'reason' in runtime ? 1 : runtime.threads;
    return {
      models: (await zoo.list()).map(toStatus),
      budget: { limit_mb: zoo.budgetMb, used_mb: zoo.usedMb() },
      runtime:
        'reason' in runtime
          ? { name: 'onnxruntime-node', reason: runtime.reason }
          : {
              name: runtime.name,
              ...(runtime.version === undefined ? {} : { version: runtime.version }),
              threads,
            },
      cpu: cpuAttribution(cpuTimes(), threads),
      memory_note: MEMORY_NOTE,
    };
  }

  /** @throws ProblemError or whatever the load throws */
  load(name: string, actor: string): Promise<LoadResponse> {
    return this.#audited('load', name, actor, async (ids) => {
      const started = performance.now();
      const { outcome, evicted } = await this.#options.zoo.load(name);
      return {
        model: toStatus(await this.#options.zoo.status(name)),
        outcome,
        duration_ms: performance.now() - started,
        evicted: [...evicted],
        ...ids,
      };
    });
  }

  /** @throws ProblemError */
  unload(name: string, actor: string): Promise<UnloadResponse> {
    return this.#audited('unload', name, actor, async (ids) => {
      const started = performance.now();
      const { outcome } = await this.#options.zoo.unload(name);
      return {
        model: toStatus(await this.#options.zoo.status(name)),
        outcome,
        duration_ms: performance.now() - started,
        ...ids,
      };
    });
  }

  /** @throws ProblemError or whatever the model throws */
  infer(name: string, actor: string, body: unknown, mediaType: string): Promise<InferResponse> {
    return this.#audited('infer', name, actor, async (ids) => {
      if (this.#runs >= MAXIMUM_RUNS) {
        throw new ProblemError(
          'too-busy',
          `${MAXIMUM_RUNS} images are being worked on. Try again in a moment.`,
        );
      }
      this.#runs += 1;
      try {
        return { ...(await this.#infer(name, body, mediaType)), ...ids };
      } finally {
        this.#runs -= 1;
      }
    });
  }

  async #infer(name: string, body: unknown, mediaType: string) {
    const { zoo, limits, metrics, tracer, underLabel } = this.#options;
    if (!Buffer.isBuffer(body) || body.length === 0) {
      throw new ProblemError('bad-image', 'The request has no image in its body.');
    }
    // Before decoding, so that a name that cannot run costs nothing.
    const { model } = await zoo.requireRunnable(name);
    const started = performance.now();
    const image = await underLabel(name, () =>
      inSpan(tracer, 'decode', { 'hsi.model': name }, () =>
        Promise.resolve(decodeImage(body, mediaType, limits)),
      ),
    );
    const decoded = performance.now();
    return zoo.use(name, async (loaded, load) => {
      const ready = performance.now();
      const { result, timing } = await inSpan(tracer, 'run', { 'hsi.model': name }, () =>
        loaded.run(image),
      );
      metrics.ran(name, timing);
      const isDemo = loaded.weights === 'demo';
      return {
        model: name,
        category: model.category,
        weights: loaded.weights,
        ...(isDemo ? { note: NOTE } : {}),
        image: { width: image.width, height: image.height },
        result,
        loaded_now: load.outcome === 'loaded',
        timing: {
          decode_ms: decoded - started,
          load_ms: ready - decoded,
          preprocess_ms: timing.preprocessMs,
          inference_ms: timing.inferenceMs,
          postprocess_ms: timing.postprocessMs,
          total_ms: performance.now() - started,
        },
      };
    });
  }

  /** Runs a call under a span and writes one line of audit about it, however it ends. */
  async #audited<T>(
    action: AuditAction,
    name: string,
    actor: string,
    work: (ids: { trace_id: string; span_id: string }) => Promise<T>,
  ): Promise<T> {
    const { audit, metrics, tracer, now, log } = this.#options;
    const time = now();
    const started = performance.now();
    // Samples carry the id of the outermost span of this process, so that the entry leads to the
    // profile of the whole request.
    const request = currentSpan();
    return inSpan(tracer, `model.${action}`, { 'hsi.model': name }, async (span) => {
      const { traceId, spanId } = span.spanContext();
      const ids = request ?? { trace_id: traceId, span_id: spanId };
      const entry = { time, actor, action, model: name.slice(0, 64), ...ids };
      try {
        const answer = await work(ids);
        const duration_ms = performance.now() - started;
        audit.append({ ...entry, duration_ms, result: 'ok' });
        metrics.called(action, name, 'ok', duration_ms);
        return answer;
      } catch (error) {
        const duration_ms = performance.now() - started;
        const problem = toProblem(action, name, error);
        const result = isRefusal(problem) ? 'refused' : 'failed';
        audit.append({ ...entry, duration_ms, result, detail: problem.message });
        metrics.called(action, name, result, duration_ms);
        // The zoo has already said that a load failed.
        if (result === 'failed' && problem.code !== 'load-failed') log(error, problem.message);
        throw problem;
      }
    });
  }
}

function toProblem(action: AuditAction, name: string, error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return action === 'infer'
    ? new ProblemError('inference-failed', `Running ${name} failed: ${reason}`, { cause: error })
    : new ProblemError('internal', `The ${action} of ${name} failed: ${reason}`, { cause: error });
}

/** The rules said no before anything was tried. */
function isRefusal(problem: ProblemError): boolean {
  return problem.status < 500 || problem.code === 'memory-budget' || problem.code === 'too-busy';
}

function toStatus(entry: ZooEntry): ModelStatus {
  const { model } = entry;
  return {
    name: model.name,
    category: model.category,
    vram_mb: model.vramMb,
    state: entry.state,
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
    ...(model.assumption === undefined ? {} : { assumption: model.assumption }),
    ...(entry.weights === undefined ? {} : { weights: entry.weights }),
    ...(entry.fileBytes === undefined ? {} : { file_bytes: entry.fileBytes }),
    ...(entry.measuredMemoryBytes === undefined
      ? {}
      : { measured_memory_bytes: entry.measuredMemoryBytes }),
    ...(entry.loadMs === undefined ? {} : { load_ms: entry.loadMs }),
    ...(entry.loadedAt === undefined ? {} : { loaded_at: entry.loadedAt }),
    ...(entry.lastUsedAt === undefined ? {} : { last_used_at: entry.lastUsedAt }),
    runs: entry.runs,
    in_use: entry.inUse,
  };
}
