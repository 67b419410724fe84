import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type LabelScope } from './label-scope.ts';
import { withProfilingLabels } from './labels.ts';
import { type Profiler, type ProfilerOptions, startProfiler } from './profiler.ts';
import type { Sampler, SamplerOptions } from './sampler.ts';
import { drawProfile, HEAP, printProfile, printTypes, TIMES } from './testing/sampled-profile.ts';

interface Received {
  readonly query: Record<string, string>;
  readonly headers: Headers;
  readonly types: string;
  readonly stacks: string[];
}

/** A sampler whose samples are drawn by the test. */
class FakeSampler implements Sampler {
  readonly scopes: LabelScope[] = [];
  running = false;
  times = drawProfile(TIMES, [{ stack: 'main work', values: [1, 10, 9] }]);
  constructor(readonly options: SamplerOptions) {}
  start() {
    this.running = true;
  }
  stop() {
    this.running = false;
  }
  setScope(scope: LabelScope) {
    this.scopes.push(scope);
  }
  takeTimes() {
    return this.times;
  }
  takeHeap() {
    return drawProfile(HEAP, [{ stack: 'main cache', values: [1, 64] }]);
  }
}

describe('the profiler', () => {
  let received: Received[];
  let warnings: string[];
  let sampler: FakeSampler;
  let profiler: Profiler | undefined;

  const fetch: typeof globalThis.fetch = (url, init) => {
    const profile = Profile.decode(gunzipSync(init?.body as Uint8Array));
    received.push({
      query: Object.fromEntries(new URL(String(url)).searchParams),
      headers: new Headers(init?.headers),
      types: printTypes(profile),
      stacks: printProfile(profile),
    });
    return Promise.resolve(new Response(''));
  };
  const start = (options: Partial<ProfilerOptions> = {}) => {
    profiler = startProfiler(
      {
        applicationName: 'nemotron-backend',
        serverAddress: 'http://127.0.0.1:4040/',
        tags: { service: 'backend', environment: 'development' },
        warn: (message) => warnings.push(message),
        ...options,
      },
      { loadSampler: (given) => (sampler = new FakeSampler(given)), fetch },
    );
    return profiler;
  };

  beforeEach(() => {
    received = [];
    warnings = [];
    profiler = undefined;
  });
  afterEach(async () => {
    vi.useRealTimers();
    await profiler?.stop();
  });

  it('sends CPU, wall time and memory with the application and its tags', async () => {
    const { flush } = bound(start());
    await flush();
    await vi.waitFor(() => expect(received).toHaveLength(3));
    expect(received.map(({ types }) => types)).toEqual([
      'cpu:nanoseconds / cpu:nanoseconds',
      'wall:nanoseconds / wall:nanoseconds',
      'inuse_objects:count inuse_space:bytes / space:bytes',
    ]);
    expect(received[0]?.stacks).toEqual(['main > work 9']);
    expect(received[0]?.query).toMatchObject({
      name: 'nemotron-backend{service=backend,environment=development}',
      format: 'pprof',
      spyName: 'nodespy',
    });
    expect(Number(received[0]?.query['until'])).toBeGreaterThanOrEqual(
      Number(received[0]?.query['from']),
    );
    await vi.waitFor(() => expect(profiler?.counts.sent).toBe(3));
  });

  it('sends nothing of a kind that has no samples', async () => {
    const { flush } = bound(start());
    sampler.times = drawProfile(TIMES, []);
    await flush();
    await vi.waitFor(() => expect(received).toHaveLength(1));
    expect(received[0]?.types).toContain('space');
  });

  it('takes the first profile early and the others at intervals', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    start({ firstFlushMs: 4_000, flushIntervalMs: 12_000 });
    const taken = vi.spyOn(sampler, 'takeTimes');
    vi.advanceTimersByTime(3_999);
    expect(taken).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(1);
    expect(taken).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(24_000);
    expect(taken).toHaveBeenCalledTimes(3);
  });

  it.each([
    [{ authToken: 'secret' }, 'Bearer secret'],
    [{ basicAuth: { user: 'me', password: 'pw' } }, `Basic ${btoa('me:pw')}`],
  ])('signs in with %j', async (options, authorization) => {
    await start({ ...options, tenantId: 'home' }).flush();
    await vi.waitFor(() => expect(received).toHaveLength(3));
    expect(received[0]?.headers.get('authorization')).toBe(authorization);
    expect(received[0]?.headers.get('x-scope-orgid')).toBe('home');
  });

  it('passes rates on to the sampler', () => {
    start({ samplesPerSecond: 50, heapIntervalBytes: 1_024, flushIntervalMs: 10 });
    expect(sampler.options).toEqual({
      wallIntervalMicros: 20_000,
      heapIntervalBytes: 1_024,
      flushIntervalMs: 1_000,
    });
  });

  it('tells the sampler the labels of the running code', () => {
    start();
    withProfilingLabels({ model: 'paddleocr' }, () => undefined);
    expect(sampler.scopes.map(({ labels }) => labels)).toEqual([{ model: 'paddleocr' }, {}]);
  });

  it('sends what is left when it stops, and lets go of the sampler', async () => {
    await start().stop();
    expect(received).toHaveLength(3);
    expect(sampler.running).toBe(false);
    expect(profiler?.active).toBe(false);
    const scopes = sampler.scopes.length;
    withProfilingLabels({ model: 'paddleocr' }, () => undefined);
    expect(sampler.scopes).toHaveLength(scopes);
  });

  it('can be started again after it stopped', async () => {
    await start().stop();
    expect(start().active).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('is off without a server address, without a word', async () => {
    const off = start({ serverAddress: undefined });
    expect(off.active).toBe(false);
    await off.flush();
    await off.stop();
    expect(off.counts).toEqual({ sent: 0, dropped: 0, refused: 0, waiting: 0 });
    expect(warnings).toEqual([]);
  });

  it('ignores a second start and says so', () => {
    const first = start();
    const second = start();
    expect(second.active).toBe(false);
    expect(first.active).toBe(true);
    profiler = first;
    expect(warnings).toEqual(['The profiler is already started; the second start is ignored.']);
  });

  it.each([
    ['is missing', new Error('No native build was found for platform=linux\n  more lines')],
    ['refuses', new TypeError('Cannot start profiler: another profiler is already active.')],
  ])('warns once when the native part %s, and everything works', async (_case, error) => {
    const off = startProfiler(
      {
        applicationName: 'app',
        serverAddress: 'http://127.0.0.1:4040',
        warn: (message) => warnings.push(message),
      },
      {
        loadSampler: () => {
          throw error;
        },
      },
    );
    expect(off.active).toBe(false);
    expect(await withProfilingLabels({ model: 'x' }, () => Promise.resolve(7))).toBe(7);
    await off.stop();
    expect(warnings).toEqual([
      `Profiling is off, everything else works: ${error.message.split('\n')[0]}`,
    ]);
  });

  it('goes on after a profile that could not be taken, and says so once', async () => {
    const { flush } = bound(start());
    vi.spyOn(sampler, 'takeTimes').mockImplementation(() => {
      throw new Error('broken');
    });
    await flush();
    await flush();
    expect(warnings).toEqual(['A profile could not be taken: Error: broken. This is said once.']);
    vi.mocked(sampler.takeTimes).mockRestore();
    await flush();
    await vi.waitFor(() => expect(received).toHaveLength(3));
  });

  it('warns when the sampler does not stop', async () => {
    start();
    vi.spyOn(sampler, 'stop').mockImplementation(() => {
      throw new Error('stuck');
    });
    await profiler?.stop();
    expect(warnings).toEqual(['The profiler did not stop cleanly: Error: stuck.']);
  });

  it('says by itself what is wrong, as a warning of the process', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    startProfiler(
      { applicationName: '', serverAddress: 'http://127.0.0.1:4040' },
      { loadSampler: (given) => new FakeSampler(given) },
    );
    expect(await warned).toMatchObject({ name: 'ProfilerWarning' });
  });
});

function bound(profiler: Profiler): { flush: () => Promise<void> } {
  return { flush: () => profiler.flush() };
}
