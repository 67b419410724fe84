import { expect, test } from 'vitest';
import { ProfileTablesBuilder } from './profile-tables.ts';

const CPU = { type: 'cpu', unit: 'nanoseconds' };
const ABOUT = { sampleTypes: [CPU], periodType: CPU, period: 10 };

test('frames and texts are kept once, stack traces root first', () => {
  const builder = new ProfileTablesBuilder();
  const main = builder.frame('main', 'main.ts', 3);
  const work = builder.frame('work', 'main.ts', 9);
  builder.add([main, work], [5]);
  builder.add([builder.frame('main', 'main.ts', 3)], [2]);

  const tables = builder.build(ABOUT);
  expect(tables.strings).toEqual(['', 'main', 'main.ts', 'work']);
  expect([...tables.frames.name]).toEqual([1, 3]);
  expect([...tables.samples.stackFrames]).toEqual([0, 1, 0]);
  expect([...tables.samples.stackStart]).toEqual([0, 2, 3]);
  expect([...tables.samples.values]).toEqual([5, 2]);
  expect(tables.samples.exactValues).toBeUndefined();
});

test('values above 2^53 stay exact', () => {
  const builder = new ProfileTablesBuilder();
  builder.add([builder.frame('main')], [2n ** 60n + 1n]);
  builder.add([builder.frame('main')], [7]);
  expect([...builder.build(ABOUT).samples.exactValues!]).toEqual([2n ** 60n + 1n, 7n]);
});

test('samples know their labels and their span', () => {
  const builder = new ProfileTablesBuilder();
  const model = builder.addLabelSet({ model: 'clip' });
  const span = builder.addSpan('00f067aa0ba902b7');
  builder.add([builder.frame('main')], [1], model, span);
  builder.add([builder.frame('main')], [1]);
  const { labelSets, spans, samples } = builder.build(ABOUT);
  expect([...samples.labelSet].map((index) => labelSets[index])).toEqual([{ model: 'clip' }, {}]);
  expect([...samples.span].map((index) => spans[index])).toEqual(['00f067aa0ba902b7', undefined]);
});
