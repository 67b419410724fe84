import type { RunningService } from '@hsi/node-service';
import { CpuPacer, processCpuMs } from '../pacing.ts';
import { CPU_SHARES, type DemoSettings } from '../settings.ts';
import { startWorkLoop } from '../work-loop.ts';
import { BackendClient, BackendRefusal } from './backend-client.ts';
import { sampleImage } from './sample-image.ts';
import { planTour, runnableModels, type TourStep } from './tour.ts';

/** Milliseconds between two steps at least. The first tour is quick: a fresh page has data soon. */
const FIRST_TOUR_REST_MS = 300;
/** Later the demo is a host at work, not a load test. */
const LATER_REST_MS = 1_500;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;
const SAMPLE_IMAGES = 6;

export interface DriverParts {
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
  /** Milliseconds between two steps at least, in every tour. */
  readonly stepRestMs?: number;
  /** Milliseconds to wait for a backend that is away; doubled with each try. */
  readonly firstRetryMs?: number;
}

/**
 * Asks the backend to load, run and unload one model after the other. It paces itself by the CPU
 * time that the backend reports, so that what it causes stays within its share. A backend that is
 * away is asked again with growing pauses and mentioned once.
 */
export function startDriver(
  settings: DemoSettings,
  warn: (message: string) => void,
  parts: DriverParts = {},
): RunningService {
  const client = new BackendClient({
    baseUrl: settings.backendUrl,
    ...(parts.fetch && { fetch: parts.fetch }),
  });
  const driver = new Driver(client, settings.backendUrl, warn, parts);
  return startWorkLoop({
    step: (signal) => driver.step(signal),
    restMs: () => driver.restMs(),
    onError: (error) => warn(`A step failed: ${String(error)}`),
  });
}

class Driver {
  private readonly images = Array.from({ length: SAMPLE_IMAGES }, (_, seed) => sampleImage(seed));
  private readonly refusalsSaid = new Set<string>();
  private readonly pacer: CpuPacer;
  private tour: TourStep[] = [];
  private tours = 0;
  private runs = 0;
  private backendCpuMs = 0;
  private backendProcessMs: number | undefined;
  private failures = 0;

  constructor(
    private readonly client: BackendClient,
    private readonly backendUrl: string,
    private readonly warn: (message: string) => void,
    private readonly parts: DriverParts,
  ) {
    this.pacer = new CpuPacer({
      share: CPU_SHARES.driver,
      cpuMs: () => processCpuMs() + this.backendCpuMs,
      now: parts.now ?? (() => performance.now()),
      savedMs: 500,
    });
  }

  restMs(): number {
    const usual = this.tours > 1 ? LATER_REST_MS : FIRST_TOUR_REST_MS;
    const { firstRetryMs = FIRST_RETRY_MS } = this.parts;
    const pause = this.failures > 0 ? firstRetryMs * 2 ** (this.failures - 1) : 0;
    return Math.max(
      this.pacer.restMs(),
      this.parts.stepRestMs ?? usual,
      Math.min(pause, LONGEST_RETRY_MS),
    );
  }

  async step(signal: AbortSignal): Promise<void> {
    try {
      const models = await this.client.models(signal);
      this.noteBackendCpu(models.cpu.process_ms);
      if (this.tour.length === 0) {
        this.tour = planTour(runnableModels(models));
        this.tours++;
      }
      const next = this.tour.shift();
      if (next !== undefined) await this.ask(next, signal);
      if (this.failures > 0) this.warn(`${this.backendUrl} answers again.`);
      this.failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof BackendRefusal && error.status < 500) this.sayRefusal(error);
      else this.noteFailure(error);
    }
  }

  private async ask(step: TourStep, signal: AbortSignal): Promise<void> {
    if (step.action === 'infer') {
      const image = this.images[this.runs++ % this.images.length]!;
      await Promise.all(step.models.map((model) => this.client.infer(model, image, signal)));
    } else await this.client[step.action](step.model, signal);
  }

  /** What the backend used since the last step, work of others included: the demo makes room. */
  private noteBackendCpu(processMs: number): void {
    const before = this.backendProcessMs;
    this.backendProcessMs = processMs;
    if (before !== undefined) this.backendCpuMs += Math.max(0, processMs - before);
  }

  private sayRefusal(refusal: BackendRefusal): void {
    if (this.refusalsSaid.has(refusal.code)) return;
    this.refusalsSaid.add(refusal.code);
    this.warn(
      `The backend refused a step (${refusal.code}): ${refusal.message} This is said once.`,
    );
  }

  private noteFailure(error: unknown): void {
    this.failures++;
    if (this.failures > 1) return;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    this.warn(`The backend at ${this.backendUrl} cannot be asked (${why}); the demo tries again.`);
  }
}
