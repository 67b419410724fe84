import { type AuditAction, type AuditResult } from '@hsi/backend-api';
import { findModel } from '@hsi/model-zoo-catalog';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type CpuTimes } from './zoo/cpu.ts';
import { type RunTiming } from './zoo/model-runner.ts';

const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** What `GET /api/metrics` tells. Each instance has its own registry, so that tests do not meet. */
export class Metrics {
  readonly registry = new Registry();
  readonly #calls = new Counter({
    name: 'hsi_model_calls_total',
    help: 'Calls to the model zoo by action, model and result.',
    labelNames: ['action', 'model', 'result'],
    registers: [this.registry],
  });
  readonly #callSeconds = new Histogram({
    name: 'hsi_model_call_seconds',
    help: 'Duration of calls to the model zoo.',
    labelNames: ['action', 'model'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly #phaseSeconds = new Counter({
    name: 'hsi_model_phase_seconds_total',
    help: 'Wall time of inference by model and phase.',
    labelNames: ['model', 'phase'],
    registers: [this.registry],
  });
  readonly #requests = new Counter({
    name: 'hsi_http_requests_total',
    help: 'Answered requests by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Gauges that are read when somebody asks. */
  watch(budget: () => { limitMb: number; usedMb: number }, cpu: () => CpuTimes): void {
    new Gauge({
      name: 'hsi_model_budget_mb',
      help: 'Memory budget of the zoo in MB of the catalog (state: limit, used).',
      labelNames: ['state'],
      registers: [this.registry],
      collect() {
        const { limitMb, usedMb } = budget();
        this.set({ state: 'limit' }, limitMb);
        this.set({ state: 'used' }, usedMb);
      },
    });
    new Gauge({
      name: 'hsi_cpu_seconds',
      help: 'CPU time since the start: main (JavaScript, labelled) and native threads (no label, belongs to no model).',
      labelNames: ['thread'],
      registers: [this.registry],
      collect() {
        const { processMs, mainThreadMs } = cpu();
        if (mainThreadMs === undefined) return;
        this.set({ thread: 'main' }, mainThreadMs / 1000);
        this.set({ thread: 'native' }, Math.max(0, processMs - mainThreadMs) / 1000);
      },
    });
  }

  called(action: AuditAction, model: string, result: AuditResult, durationMs: number): void {
    const known = modelLabel(model);
    this.#calls.inc({ action, model: known, result });
    this.#callSeconds.observe({ action, model: known }, durationMs / 1000);
  }

  ran(model: string, { preprocessMs, inferenceMs, postprocessMs }: RunTiming): void {
    this.#phaseSeconds.inc({ model, phase: 'preprocess' }, preprocessMs / 1000);
    this.#phaseSeconds.inc({ model, phase: 'inference' }, inferenceMs / 1000);
    this.#phaseSeconds.inc({ model, phase: 'postprocess' }, postprocessMs / 1000);
  }

  answered(route: string, method: string, status: number): void {
    this.#requests.inc({ route, method, status: String(status) });
  }
}

/** A name from outside never becomes a series of its own. */
function modelLabel(name: string): string {
  return findModel(name) === undefined ? 'unknown' : name;
}
