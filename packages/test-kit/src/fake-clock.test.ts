import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';

it('runs timers in the order of their times', async () => {
  const clock = new FakeClock(1_000);
  const seen: string[] = [];
  clock.setTimeout(() => seen.push(`late ${clock.now()}`), 20);
  clock.setTimeout(() => seen.push(`early ${clock.now()}`), 10);
  const stopped = clock.setTimeout(() => seen.push('never'), 5);
  clock.clearTimeout(stopped);
  await clock.advance(15);
  expect(seen).toEqual(['early 1010']);
  await clock.advance(5);
  expect(seen).toEqual(['early 1010', 'late 1020']);
  expect(clock.pending).toBe(0);
});

it('repeats an interval until it is cleared', async () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  const id = clock.setInterval(() => seen.push(clock.now()), 10);
  await clock.advance(35);
  clock.clearInterval(id);
  await clock.advance(35);
  expect(seen).toEqual([10, 20, 30]);
});

it('lets a loop of sleeps go on', async () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  const loop = (async () => {
    for (let turn = 0; turn < 3; turn++) {
      await clock.sleep(10);
      seen.push(clock.now());
    }
  })();
  await clock.advance(100);
  await loop;
  expect(seen).toEqual([10, 20, 30]);
});
