import { describe, expect, it, test } from 'vitest';
import { type TimelineAnswer } from '../data/timeline.ts';
import {
  axisLabel,
  buildChart,
  formatChartValue,
  styleOf,
  unitTitle,
  valueText,
} from './chart-data.ts';
import { tickLabels } from './ticks.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const SAMPLES = 'process_cpu:samples:count:cpu:nanoseconds';
const MEMORY = 'memory:inuse_space:bytes:space:bytes';
const ALLOCATIONS = 'memory:alloc_space:bytes:space:bytes';
const MINUTE = 60_000;
const range = { from: 0, to: 3 * MINUTE };

function answer(...lines: [typeId: string, points: [minute: number, value: number][]][]) {
  const series = lines.map(([typeId, points], index) => ({
    key: `s${index}`,
    title: `S${index}`,
    typeId,
    points: points.map(([minute, value]) => ({ time: minute * MINUTE, value })),
  }));
  return { series, stepSeconds: 60, hidden: 0 } satisfies TimelineAnswer;
}

const later = 10 * MINUTE;
const values = (...lines: Parameters<typeof answer>) =>
  buildChart(answer(...lines), range, later).lines.map((line) => line.values);

describe('a chart', () => {
  it('counts CPU time in cores, and has a gap where nothing was sent', () => {
    expect(
      values([
        CPU,
        [
          [1, 30e9],
          [3, 120e9],
        ],
      ]),
    ).toEqual([[0.5, null, 2]]);
  });

  it('keeps levels as they are, and divides amounts by the step', () => {
    expect(values([MEMORY, [[2, 1024]]])).toEqual([[null, 1024, null]]);
    expect(values([ALLOCATIONS, [[2, 6000]]])).toEqual([[null, 100, null]]);
    expect(buildChart(answer([ALLOCATIONS, [[2, 1]]]), range, later).unit).toBe('bytes/s');
  });

  it('leaves out, by name, what has another unit', () => {
    const chart = buildChart(answer([SAMPLES, [[1, 5]]], [CPU, [[1, 6e9]]]), range, later);
    expect(chart.unit).toBe('cores');
    expect(chart.leftOut).toEqual(['S0']);
    expect(chart.lines.map(({ title }) => title)).toEqual(['S1']);
  });

  it('has no step that is still going on', () => {
    const soon = 3 * MINUTE + 5_000;
    const chart = buildChart(
      answer([
        CPU,
        [
          [1, 1],
          [2, 1],
          [3, 1],
        ],
      ]),
      range,
      soon,
    );
    expect(chart.times).toEqual([MINUTE, 2 * MINUTE]);
    expect(chart.lines[0]?.values).toHaveLength(2);
  });

  it('unless there is nothing else yet', () => {
    const chart = buildChart(answer([CPU, [[3, 60e9]]]), range, 3 * MINUTE);
    expect(chart.lines[0]?.values).toEqual([null, null, 1]);
  });

  it('gives a service its own colour wherever it stands', () => {
    expect(styleOf('florence', 0)).toEqual(styleOf('florence', 9));
    expect(styleOf('a', 0).color).toBe(styleOf('b', 8).color);
    expect(styleOf('a', 0).dash).not.toEqual(styleOf('b', 8).dash);
    expect(styleOf('', 0)).toEqual(styleOf('', 3));
  });
});

test.each([
  [0.1234, 'cores', '0.123 cores'],
  [12.345, 'cores', '12.35 cores'],
  [0.0001, 'cores', '<0.001 cores'],
  [1536, 'bytes', '1.5 KiB'],
  [1536, 'bytes/s', '1.5 KiB/s'],
  [1500, 'count', '1.5 k'],
  [3, 'count/s', '3/s'],
] as const)('%d %s reads %s', (value, unit, text) => {
  expect(formatChartValue(value, unit)).toBe(text);
  expect(unitTitle(unit)).not.toBe('');
});

test('the axis names its unit where the title does not', () => {
  expect([axisLabel(0.075, 'cores'), axisLabel(2048, 'bytes')]).toEqual(['0.075', '2 KiB']);
});

test('a step without a profile says so', () => {
  expect(valueText(null, 'cores')).toBe('no profile');
  expect(valueText(0, 'bytes')).toBe('0 B');
});

describe('the marks of the time axis', () => {
  const noon = Date.UTC(2026, 10, 23, 23) / 1000;
  const marks = (increment: number, count = 3) =>
    tickLabels(
      Array.from({ length: count }, (_, index) => noon + index * increment),
      increment,
      { locale: 'en-US', timeZone: 'UTC' },
    );
  it('name the day where it begins', () => {
    expect(marks(3600)).toEqual(['23:00', '00:00\nNov 24', '01:00']);
  });
  it('have seconds when they are close, and days when they are far', () => {
    expect(marks(15)).toEqual(['23:00:00', '23:00:15', '23:00:30']);
    expect(marks(86_400)).toEqual(['Nov 23', 'Nov 24', 'Nov 25']);
  });
});
