import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startWorkLoop } from './work-loop.ts';

// Fake timers do not reach node:timers/promises, on which the loop rests.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, _value: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise<void>((resolve, reject) => {
      setTimeout(resolve, ms);
      signal.addEventListener('abort', () => reject(new Error('aborted')));
    }),
}));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('works, rests as it is told, and works again', async () => {
  const rests = [100, 0, 50];
  let steps = 0;
  const loop = startWorkLoop({
    step: () => Promise.resolve(void steps++),
    restMs: () => rests.shift() ?? 1_000,
    shortestRestMs: 5,
    onError: () => undefined,
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(steps).toBe(1);
  await vi.advanceTimersByTimeAsync(99);
  expect(steps).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(steps).toBe(2);
  await vi.advanceTimersByTimeAsync(5);
  expect(steps).toBe(3);
  await loop.close();
});

it('goes on after a step that failed, a second later', async () => {
  const errors: unknown[] = [];
  let steps = 0;
  const loop = startWorkLoop({
    step: () => (steps++ === 0 ? Promise.reject(new Error('broken')) : Promise.resolve()),
    restMs: () => 0,
    onError: (error) => errors.push(error),
  });
  await vi.advanceTimersByTimeAsync(999);
  expect(steps).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(steps).toBe(2);
  expect(errors).toEqual([new Error('broken')]);
  await loop.close();
});

it('ends at once while it rests, and quietly while it works', async () => {
  const errors: unknown[] = [];
  const resting = startWorkLoop({
    step: () => Promise.resolve(),
    restMs: () => 3_600_000,
    onError: (error) => errors.push(error),
  });
  await vi.advanceTimersByTimeAsync(0);
  await resting.close();

  const working = startWorkLoop({
    step: (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    restMs: () => 0,
    onError: (error) => errors.push(error),
  });
  await working.close();
  expect(errors).toEqual([]);
});
