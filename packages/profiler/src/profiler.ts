import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Profile } from 'pprof-format';
import { applicationKey } from './application-key.ts';
import { PushQueue, type PushCounts } from './push-queue.ts';
import { loadNativeSampler, type Sampler, type SamplerOptions } from './sampler.ts';
import { tracker } from './scope-tracker.ts';
import { cpuProfile, memoryProfile, wallProfile, type ProfileTimes } from './uniform.ts';

const gzipAsync = promisify(gzip);

export interface ProfilerOptions {
  /** Pyroscope's application, label `service_name`. */
  readonly applicationName: string;
  /** Where profiles go, e.g. `http://127.0.0.1:4040`. Undefined: no profiling, without a word. */
  readonly serverAddress: string | undefined;
  /** Labels of every profile, e.g. `{ service: 'backend', environment: 'production', version }`. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly authToken?: string | undefined;
  readonly basicAuth?: { readonly user: string; readonly password: string } | undefined;
  /** Sent as `X-Scope-OrgID`. */
  readonly tenantId?: string | undefined;
  /** Milliseconds between two profiles; 15,000 unless told. At least 1,000. */
  readonly flushIntervalMs?: number;
  /** Milliseconds until the first profile; 5,000 unless told, and no more than the interval. */
  readonly firstFlushMs?: number;
  /** Samples of the running stack per second; 100 unless told. */
  readonly samplesPerSecond?: number;
  /** Bytes allocated between two samples of the heap; 512 KiB unless told. */
  readonly heapIntervalBytes?: number;
  /** Own code is named by its path from this folder; the working directory unless told. */
  readonly sourceRoot?: string;
  /** Takes a sentence when profiling cannot do its work; `process.emitWarning` unless told. */
  readonly warn?: (message: string) => void;
}

/** Parts that tests replace. */
export interface ProfilerParts {
  readonly loadSampler?: (options: SamplerOptions) => Sampler;
  readonly fetch?: typeof fetch;
  readonly now?: () => number;
}

export interface Profiler {
  /** False when there is no server address or the native part cannot run here. */
  readonly active: boolean;
  /** What became of the profiles so far. */
  readonly counts: PushCounts;
  /** Takes and queues the profiles since the last flush now. */
  flush(): Promise<void>;
  /** Sends the last profiles (for at most 2 seconds) and ends sampling. */
  stop(): Promise<void>;
}

const MIN_FLUSH_MS = 1_000;
/** Early, so that whoever has just set profiling up sees that it works. */
const FIRST_FLUSH_MS = 5_000;
const LAST_PUSH_LIMIT_MS = 2_000;
const NOTHING: PushCounts = { sent: 0, dropped: 0, refused: 0, waiting: 0 };
const INACTIVE: Profiler = {
  active: false,
  counts: NOTHING,
  flush: () => Promise.resolve(),
  stop: () => Promise.resolve(),
};

let running: RunningProfiler | undefined;

/**
 * Starts to profile this process: wall time, CPU time and live heap, sent as
 * `process_cpu:cpu:nanoseconds:cpu:nanoseconds`, `wall:wall:nanoseconds:wall:nanoseconds` and
 * `memory:inuse_space:bytes:space:bytes` (with `inuse_objects`).
 *
 * Never throws: when profiling cannot run (no native binary for this platform, another profiler in
 * this process, started twice) it warns once and everything else works.
 */
export function startProfiler(options: ProfilerOptions, parts: ProfilerParts = {}): Profiler {
  if (options.serverAddress === undefined || options.serverAddress === '') return INACTIVE;
  const warn = options.warn ?? emitWarning;
  if (running !== undefined) {
    warn('The profiler is already started; the second start is ignored.');
    return INACTIVE;
  }
  try {
    running = new RunningProfiler(options, parts, warn);
    return running;
  } catch (error) {
    tracker.stop();
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    warn(`Profiling is off, everything else works: ${why}`);
    return INACTIVE;
  }
}

function emitWarning(message: string): void {
  process.emitWarning(message, 'ProfilerWarning');
}

class RunningProfiler implements Profiler {
  private readonly sampler: Sampler;
  private readonly queue: PushQueue;
  private readonly name: string;
  private readonly root: string;
  private readonly flushIntervalMs: number;
  private readonly now: () => number;
  private since: number;
  private timer: NodeJS.Timeout | undefined;
  private stopping: Promise<void> | undefined;
  private failed = false;

  constructor(
    options: ProfilerOptions,
    parts: ProfilerParts,
    private readonly warn: (message: string) => void,
  ) {
    this.flushIntervalMs = Math.max(options.flushIntervalMs ?? 15_000, MIN_FLUSH_MS);
    this.root = options.sourceRoot ?? process.cwd();
    this.now = parts.now ?? Date.now;
    this.name = applicationKey(options.applicationName, options.tags ?? {});
    this.queue = new PushQueue({
      serverAddress: (options.serverAddress ?? '').replace(/\/+$/, ''),
      headers: authHeaders(options),
      maxPushes: 120,
      maxBytes: 8 * 1024 * 1024,
      timeoutMs: 10_000,
      firstDelayMs: 1_000,
      maxDelayMs: 60_000,
      warn,
      ...(parts.fetch && { fetch: parts.fetch }),
    });
    this.sampler = (parts.loadSampler ?? loadNativeSampler)({
      wallIntervalMicros: Math.round(1_000_000 / (options.samplesPerSecond ?? 100)),
      heapIntervalBytes: options.heapIntervalBytes ?? 512 * 1024,
      flushIntervalMs: this.flushIntervalMs,
    });
    this.sampler.start();
    this.since = this.now();
    tracker.start((scope) => this.sampler.setScope(scope));
    const first = options.firstFlushMs ?? Math.min(FIRST_FLUSH_MS, this.flushIntervalMs);
    this.schedule(Math.max(first, MIN_FLUSH_MS));
  }

  get active(): boolean {
    return this.stopping === undefined;
  }

  get counts(): PushCounts {
    return this.queue.counts;
  }

  async flush(): Promise<void> {
    const from = this.since;
    try {
      const times = this.sampler.takeTimes();
      const heap = this.sampler.takeHeap();
      const to = this.now();
      this.since = to;
      const range = { from, to };
      await this.enqueue(cpuProfile(times, range, this.root), range);
      await this.enqueue(wallProfile(times, range, this.root), range);
      await this.enqueue(memoryProfile(heap, to, this.root), range);
    } catch (error) {
      // Unhandled, this would end the process.
      if (this.failed) return;
      this.failed = true;
      this.warn(`A profile could not be taken: ${String(error)}. This is said once.`);
    }
  }

  stop(): Promise<void> {
    this.stopping ??= this.stopNow();
    return this.stopping;
  }

  private async stopNow(): Promise<void> {
    clearTimeout(this.timer);
    await this.flush();
    tracker.stop();
    try {
      this.sampler.stop();
    } catch (error) {
      this.warn(`The profiler did not stop cleanly: ${String(error)}.`);
    }
    await this.queue.close(LAST_PUSH_LIMIT_MS);
    running = undefined;
  }

  private schedule(delayMs: number): void {
    this.timer = setTimeout(() => {
      void this.flush();
      this.schedule(this.flushIntervalMs);
    }, delayMs);
    this.timer.unref();
  }

  private async enqueue(profile: Profile, { from, to }: ProfileTimes): Promise<void> {
    if (profile.sample.length === 0) return;
    const body = await gzipAsync(await profile.encodeAsync());
    const query = new URLSearchParams({
      name: this.name,
      from: String(Math.floor(from / 1_000)),
      until: String(Math.ceil(to / 1_000)),
      format: 'pprof',
      spyName: 'nodespy',
    });
    this.queue.push({ query, body: new Uint8Array(body) });
  }
}

function authHeaders(options: ProfilerOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  const { authToken, basicAuth, tenantId } = options;
  if (authToken !== undefined) headers['authorization'] = `Bearer ${authToken}`;
  else if (basicAuth !== undefined) {
    const pair = Buffer.from(`${basicAuth.user}:${basicAuth.password}`).toString('base64');
    headers['authorization'] = `Basic ${pair}`;
  }
  if (tenantId !== undefined) headers['x-scope-orgid'] = tenantId;
  return headers;
}
