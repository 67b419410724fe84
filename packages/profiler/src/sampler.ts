import { createRequire } from 'node:module';
import type { Profile } from 'pprof-format';
import { type LabelScope, NO_LABELS } from './label-scope.ts';
import { SAMPLED_AT } from './sampled-rows.ts';
import { SourceLocations } from './source-locations.ts';

export interface SamplerOptions {
  /** Microseconds between two samples of the running stack. */
  readonly wallIntervalMicros: number;
  /** Bytes allocated between two samples of the heap. */
  readonly heapIntervalBytes: number;
  /** Milliseconds between two calls of `takeTimes`; sizes the native buffer. */
  readonly flushIntervalMs: number;
}

/** What samples this thread: the native profiler, or a stand-in in tests. */
export interface Sampler {
  /** @throws Error when the native part refuses (another profiler runs, unsupported platform) */
  start(): void;
  stop(): void;
  /** The labels of the samples from now on. */
  setScope(scope: LabelScope): void;
  /**
   * The stacks since the last call: sample count, wall time, CPU time. A sample has the label
   * {@link SAMPLED_AT} when its time is known, beside the labels of its scope.
   */
  takeTimes(): Profile;
  /** The live heap as it is now: objects, bytes. */
  takeHeap(): Profile;
}

interface SampleContext {
  readonly context?: LabelScope;
  /** Unix microseconds. */
  readonly timestamp: bigint;
}

/** The part of `@datadog/pprof` that is used here, the sampler beneath Pyroscope's own Node SDK. */
interface NativeProfiler {
  readonly time: {
    start(options: object): void;
    stop(restart: boolean, labels: (sample: { context?: SampleContext }) => object): Profile;
    setContext(context: object): void;
    isStarted(): boolean;
  };
  readonly heap: {
    start(intervalBytes: number, stackDepth: number): void;
    stop(): void;
    profile(ignore: undefined, sources: SourceLocations): Profile;
  };
}

const HEAP_STACK_DEPTH = 64;
/** The native buffer holds this many flush intervals: a blocked event loop delays the flush. */
const BUFFERED_INTERVALS = 6;

/**
 * Loads the native profiler.
 * @throws Error when there is no binary for this platform and Node version
 */
export function loadNativeSampler(options: SamplerOptions): Sampler {
  // Required at run time and not imported: a missing binary must not stop the application's start.
  const require = createRequire(import.meta.url);
  let native: NativeProfiler;
  try {
    native = require('@datadog/pprof') as NativeProfiler;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new Error(
      `the native sampler (@datadog/pprof) has no binary for ${process.platform}-${process.arch} with Node ${process.versions.node}: ${why}`,
      { cause: error },
    );
  }
  return new NativeSampler(native, options);
}

class NativeSampler implements Sampler {
  private readonly sources = new SourceLocations();

  constructor(
    private readonly native: NativeProfiler,
    private readonly options: SamplerOptions,
  ) {}

  start(): void {
    this.native.time.start({
      intervalMicros: this.options.wallIntervalMicros,
      durationMillis: this.options.flushIntervalMs * BUFFERED_INTERVALS,
      sourceMapper: this.sources,
      withContexts: true,
      collectCpuTime: true,
      workaroundV8Bug: true,
    });
    this.native.time.setContext(NO_LABELS);
    try {
      this.native.heap.start(this.options.heapIntervalBytes, HEAP_STACK_DEPTH);
    } catch (error) {
      this.native.time.stop(false, () => ({}));
      throw error;
    }
  }

  stop(): void {
    if (this.native.time.isStarted()) this.native.time.stop(false, () => ({}));
    this.native.heap.stop();
  }

  setScope(scope: LabelScope): void {
    this.native.time.setContext(scope);
  }

  takeTimes(): Profile {
    return this.native.time.stop(true, ({ context }) => ({
      ...context?.context?.labels,
      ...(context && { [SAMPLED_AT]: Number(context.timestamp) }),
    }));
  }

  takeHeap(): Profile {
    return this.native.heap.profile(undefined, this.sources);
  }
}
