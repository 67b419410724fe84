import { expect, it } from 'vitest';
import { CpuPacer, type PacerOptions, processCpuMs } from './pacing.ts';

/** A process with a clock of its own: working takes time and CPU time, resting takes time. */
function machine(options: Partial<PacerOptions> = {}) {
  const state = { now: 1_000, cpu: 500 };
  const pacer = new CpuPacer({
    share: 0.1,
    now: () => state.now,
    cpuMs: () => state.cpu,
    ...options,
  });
  const work = (ms: number, waited = 0) => {
    state.now += ms + waited;
    state.cpu += ms;
  };
  const rest = (ms: number) => {
    state.now += ms;
  };
  return { state, pacer, work, rest };
}

it('rests until the work is the given share of the time', () => {
  const { pacer, work, rest } = machine();
  work(20);
  expect(pacer.restMs()).toBeCloseTo(180);
  rest(180);
  expect(pacer.restMs()).toBe(0);
});

it.each([[3], [30], [400]])('keeps the share over a long time with steps of %d ms', (step) => {
  const { state, pacer, work, rest } = machine();
  const start = { ...state };
  for (let count = 0; count < 1_000; count++) {
    work(step * (0.5 + (count % 5) / 4));
    rest(Math.max(5, pacer.restMs()));
  }
  const used = state.cpu - start.cpu;
  expect(used / (state.now - start.now)).toBeLessThanOrEqual(0.1);
});

it('counts CPU time that other threads used meanwhile', () => {
  const { state, pacer, work } = machine();
  work(10);
  state.cpu += 15;
  expect(pacer.restMs()).toBeCloseTo(240);
});

it('does not save up more than a burst while nothing happens', () => {
  const { pacer, work, rest } = machine({ savedMs: 50 });
  rest(3_600_000);
  expect(pacer.restMs()).toBe(0);
  work(150);
  expect(pacer.restMs()).toBeCloseTo(850);
});

it('goes on after the longest rest, however expensive the step was', () => {
  const { pacer, work } = machine({ longestRestMs: 2_000 });
  work(100_000);
  expect(pacer.restMs()).toBe(2_000);
});

it('is not confused by a clock that goes back', () => {
  const { state, pacer } = machine();
  state.cpu -= 100;
  state.now -= 100;
  expect(pacer.restMs()).toBe(0);
});

it("reads the process's own CPU clock, in milliseconds", () => {
  const { user, system } = process.cpuUsage();
  const before = (user + system) / 1_000;
  expect(processCpuMs()).toBeGreaterThanOrEqual(before);
  expect(processCpuMs()).toBeLessThan(before + 60_000);
});
