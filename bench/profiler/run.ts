// What profiling and labels cost: per await, with a thousand contexts at once, per second of work.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInThisContext } from 'node:vm';
import { startProfiler, withProfilingLabels } from '@hsi/profiler';
import { budgetsOf, median, report } from '../support/report.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 7);
const AWAITS = 200_000;
const CONTEXTS = 1_000;
const AWAITS_PER_CONTEXT = 100;

const sink = createServer((request, response) => {
  request.resume().on('end', () => response.end());
});
await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));

/** Nanoseconds per operation, the median of the runs. */
async function nanoseconds(operations: number, work: () => Promise<unknown>): Promise<number> {
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = process.hrtime.bigint();
    await work();
    runs.push(Number(process.hrtime.bigint() - start) / operations);
  }
  return median(runs);
}

async function awaitTimes(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await undefined;
}

const manyContexts = (enter: (index: number, work: () => Promise<void>) => Promise<void>) => () =>
  Promise.all(
    Array.from({ length: CONTEXTS }, (_, index) =>
      enter(index, () => awaitTimes(AWAITS_PER_CONTEXT)),
    ),
  );
const plain = manyContexts((_index, work) => work());
const labelled = manyContexts((index, work) =>
  withProfilingLabels({ model: `model-${index % 17}` }, work),
);
const allAwaits = CONTEXTS * AWAITS_PER_CONTEXT;

// In a context of its own, so that it is compiled once and stays the same in both measurements.
const burn = runInThisContext(`(function burn(steps) {
  let sum = 0;
  for (let step = 0; step < steps; step++) sum += Math.sqrt(step + sum);
  return sum;
})`) as (steps: number) => number;
const STEPS = 30_000_000;
const burnOnce = () => Promise.resolve(burn(STEPS));

await awaitTimes(AWAITS);
const without = {
  awaiting: await nanoseconds(AWAITS, () => awaitTimes(AWAITS)),
  contexts: await nanoseconds(allAwaits, plain),
  burning: await nanoseconds(1, burnOnce),
};

const profiler = startProfiler({
  applicationName: 'bench',
  serverAddress: `http://127.0.0.1:${(sink.address() as AddressInfo).port}`,
  flushIntervalMs: 3_600_000,
});
if (!profiler.active) throw new Error('The native profiler does not run here.');
const profiled = {
  awaiting: await nanoseconds(AWAITS, () => awaitTimes(AWAITS)),
  burning: await nanoseconds(1, burnOnce),
};
const inLabels = {
  call: await nanoseconds(AWAITS, async () => {
    for (let at = 0; at < AWAITS; at++) withProfilingLabels({ model: 'clip-vit-l' }, () => at);
  }),
  awaiting: await nanoseconds(AWAITS, () =>
    withProfilingLabels({ model: 'clip-vit-l' }, () => awaitTimes(AWAITS)),
  ),
  others: await nanoseconds(AWAITS, () => awaitTimes(AWAITS)),
  contexts: await nanoseconds(allAwaits, labelled),
};
const pauses: number[] = [];
for (let run = 0; run < RUNS; run++) {
  burn(STEPS * 5);
  const start = performance.now();
  const flushed = profiler.flush();
  pauses.push(performance.now() - start);
  await flushed;
}
await profiler.stop();
sink.close();

const bars = budgetsOf('profiler');
const figure = (name: string, value: number, unit: string) => ({
  name,
  value,
  unit,
  bar: bars[name],
});
report('profiler', [
  figure('await, no profiler', without.awaiting, 'ns'),
  figure('await, profiler without labels', profiled.awaiting, 'ns'),
  figure('await, outside of labels', inLabels.others, 'ns'),
  figure('await, in labels', inLabels.awaiting, 'ns'),
  figure('await, 1,000 contexts, no profiler', without.contexts, 'ns'),
  figure('await, 1,000 contexts in labels', inLabels.contexts, 'ns'),
  figure('withProfilingLabels call', inLabels.call, 'ns'),
  figure('CPU-bound work slower by', (profiled.burning / without.burning - 1) * 100, '%'),
  figure('pause at a flush', median(pauses), 'ms'),
]);
