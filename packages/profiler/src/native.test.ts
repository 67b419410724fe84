import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { context, trace } from '@opentelemetry/api';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Profile } from 'pprof-format';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withProfilingLabels } from './labels.ts';
import { ProfilingSpanProcessor } from './opentelemetry.ts';
import { loadNativeSampler, type Sampler } from './sampler.ts';
import { tracker } from './scope-tracker.ts';
import { printProfile } from './testing/sampled-profile.ts';
import { cpuProfile, memoryProfile, wallProfile } from './uniform.ts';

// The native sampler itself, at 1,000 samples per second, on work of some tenths of a second.

/** Functions of one kind with names of their own; each burns about 2 ms. */
const work: Record<string, () => number> = Object.fromEntries(
  Array.from({ length: 4 }, (_, index) => {
    const name = `model_${String(index).padStart(2, '0')}`;
    const source = `(function ${name}() {
      let sum = ${index};
      for (let step = 0; step < 150_000; step++) sum += Math.sqrt(step + sum);
      return sum;
    })`;
    return [name, runInThisContext(source, { filename: '/models.js' }) as () => number];
  }),
);
const names = Object.keys(work);

/** Runs one function again and again, with every kind of waiting in between. */
async function infer(name: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    work[name]!();
    if (round % 4 === 0) await nextTurn();
    else if (round % 4 === 1) await sleep(1);
    else if (round % 4 === 2) await Promise.resolve();
    else await new Promise<void>((resolve) => process.nextTick(resolve));
  }
}

describe('the native sampler', () => {
  let sampler: Sampler;
  let started: number;

  // Started once: from Node 24 on, V8 does not know the names of functions that were optimised
  // before the start.
  beforeAll(() => {
    sampler = loadNativeSampler({
      wallIntervalMicros: 1_000,
      heapIntervalBytes: 32 * 1_024,
      flushIntervalMs: 60_000,
    });
    sampler.start();
    tracker.start((scope) => sampler.setScope(scope));
  });
  beforeEach(() => {
    sampler.takeTimes();
    started = Date.now();
  });
  afterEach(() => {
    trace.disable();
    context.disable();
  });
  afterAll(() => {
    tracker.stop();
    sampler.stop();
  });

  const take = () => {
    const sampled = sampler.takeTimes();
    const times = { from: started, to: Date.now() };
    return {
      cpu: cpuProfile(sampled, times, process.cwd()),
      wall: wallProfile(sampled, times, process.cwd()),
    };
  };

  it('gives at least 99% of the samples of each function its own label, and none another', async () => {
    await Promise.all(
      names.map((name) => withProfilingLabels({ model: name }, () => infer(name, 120))),
    );
    const { wall, cpu } = take();
    expectOwnLabels(labelsByFunction(wall, 'model'), new Map(names.map((name) => [name, name])));
    expectOwnLabels(labelsByFunction(cpu, 'model'), new Map(names.map((name) => [name, name])));
  });

  it("puts into each span's profile only the work of that span", async () => {
    const provider = new NodeTracerProvider({ spanProcessors: [new ProfilingSpanProcessor()] });
    provider.register();
    const tracer = provider.getTracer('test');
    const ids = new Map<string, string>();
    const request = (name: string) =>
      tracer.startActiveSpan(name, async (span) => {
        ids.set(name, span.spanContext().spanId);
        await infer(name, 120);
        span.end();
      });
    await Promise.all(names.map(request));
    expectOwnLabels(labelsByFunction(take().cpu, 'span_id'), ids);
  });

  it('counts no more CPU time than the process used, and no idle time', async () => {
    const before = process.cpuUsage();
    await infer('model_00', 60);
    await sleep(50);
    const { cpu } = take();
    const { user, system } = process.cpuUsage(before);
    const counted = cpu.sample.reduce((sum, { value }) => sum + Number(value[0]), 0) / 1_000;
    expect(counted).toBeGreaterThan(0);
    // The sampler's clock starts a little before this one.
    expect(counted).toBeLessThanOrEqual((user + system) * 1.1 + 50_000);
    expect(printProfile(cpu).filter((line) => line.includes('(idle)'))).toEqual([]);
  });

  it('knows who holds memory', () => {
    const kept = function rememberFrames() {
      return Array.from({ length: 40_000 }, (_, index) => ({ index, name: `frame ${index}` }));
    };
    const frames = kept();
    const lines = printProfile(memoryProfile(sampler.takeHeap(), Date.now(), process.cwd()));
    expect(frames).toHaveLength(40_000);
    expect(lines.some((line) => line.includes('rememberFrames (src/native.test.ts)'))).toBe(true);
  });

  it('refuses to start twice, so that a second profiler is told', () => {
    expect(() => sampler.start()).toThrow('already started');
  });
});

/** At least 99% of each function's samples have its own label, none has another function's. */
function expectOwnLabels(found: Map<string, Map<string, number>>, own: Map<string, string>): void {
  expect([...found.keys()].sort()).toEqual(names);
  for (const [name, labels] of found) {
    const label = own.get(name)!;
    const all = [...labels.values()].reduce((sum, value) => sum + value, 0);
    expect((labels.get(label) ?? 0) / all).toBeGreaterThanOrEqual(0.99);
    expect([...labels.keys()].filter((other) => other !== label && other !== '')).toEqual([]);
  }
}

/** Function -> value of the label ('' without one) -> sum of the samples with that function. */
function labelsByFunction(profile: Profile, label: string): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  for (const line of printProfile(profile)) {
    const [, name] = /(model_\d\d) \(/.exec(line) ?? [];
    if (name === undefined) continue;
    const [, value = ''] = new RegExp(`[{,]${label}=([^,}]*)`).exec(line) ?? [];
    const labels = found.get(name) ?? new Map<string, number>();
    labels.set(value, (labels.get(value) ?? 0) + Number(line.slice(line.lastIndexOf(' '))));
    found.set(name, labels);
  }
  return found;
}
