import { type TimeRange, type UnixMs, formatValue } from '@hsi/profile-model';
import { SERVICES } from '@hsi/model-zoo-catalog';
import { type TimelineAnswer } from '../data/timeline.ts';
import { isLevel, unitOf } from '../model/profile-types.ts';
import { timelinePoints } from '../model/time-range.ts';

/** What the vertical axis counts. `cores`: processor seconds per second. */
export type ChartUnit = 'cores' | 'bytes' | 'bytes/s' | 'count' | 'count/s';

export interface ChartLine {
  readonly key: string;
  readonly title: string;
  readonly color: string;
  /** Lines of one colour differ by their dashes. */
  readonly dash: readonly number[];
  /** One value per time, in the chart's unit; null where the service sent nothing. */
  readonly values: readonly (number | null)[];
}

export interface Chart {
  /** The end of every step, in milliseconds. */
  readonly times: readonly UnixMs[];
  readonly lines: readonly ChartLine[];
  readonly unit: ChartUnit;
  readonly stepSeconds: number;
  /** Titles of lines whose values have another unit and cannot stand on this axis. */
  readonly leftOut: readonly string[];
}

/** Profiles arrive when they are complete, so the newest step is not all there before this. */
const ARRIVAL_MS = 15_000;

const TIME_UNITS: Readonly<Record<string, number>> = {
  nanoseconds: 1e-9,
  microseconds: 1e-6,
  milliseconds: 1e-3,
  seconds: 1,
};

/** Colours that stay apart for colour-blind eyes on a dark ground (Okabe and Ito, lightened). */
const COLORS = [
  '#76B900',
  '#56B4E9',
  '#E69F00',
  '#D98CB3',
  '#F0E442',
  '#4DD2B0',
  '#FF8A5B',
  '#B8A1FF',
];
const NEUTRAL = '#9CA3AF';
const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 3]];

/** Turns the server's values into lines on one axis: amounts per second (CPU in cores), levels as they are. */
export function buildChart(answer: TimelineAnswer, range: TimeRange, now: UnixMs): Chart {
  const { stepSeconds } = answer;
  const unit = chartUnit(answer);
  const points = timelinePoints(range, stepSeconds);
  const times: UnixMs[] = [];
  for (let at = points.from; at <= points.to; at += stepSeconds * 1000) times.push(at);
  const place = new Map(times.map((time, index) => [time, index]));
  const leftOut: string[] = [];
  const lines: ChartLine[] = [];
  for (const { key, title, typeId, points: found } of answer.series) {
    if (unitOfValues(typeId) !== unit) {
      leftOut.push(title);
      continue;
    }
    const values = new Array<number | null>(times.length).fill(null);
    const factor = factorOf(typeId, stepSeconds);
    for (const { time, value } of found) {
      const index = place.get(time);
      if (index !== undefined) values[index] = value * factor;
    }
    lines.push({ key, title, ...styleOf(key, lines.length), values });
  }
  return { ...withoutUnfinished({ times, lines }, now), unit, stepSeconds, leftOut };
}

/** The unit of the first line; those of another are left out. */
function chartUnit(answer: TimelineAnswer): ChartUnit {
  const units = answer.series.map(({ typeId }) => unitOfValues(typeId));
  return units.find((unit) => unit === 'cores') ?? units[0] ?? 'cores';
}

function unitOfValues(typeId: string): ChartUnit {
  const unit = unitOf(typeId);
  if (TIME_UNITS[unit] !== undefined) return 'cores';
  const what = unit === 'bytes' ? 'bytes' : 'count';
  return isLevel(typeId) ? what : `${what}/s`;
}

function factorOf(typeId: string, stepSeconds: number): number {
  return isLevel(typeId) ? 1 : (TIME_UNITS[unitOf(typeId)] ?? 1) / stepSeconds;
}

/** The service's own colour, or the next one. */
export function styleOf(key: string, index: number): Pick<ChartLine, 'color' | 'dash'> {
  if (key === '') return { color: NEUTRAL, dash: DASHES[1]! };
  const own = SERVICES.findIndex(({ serviceName }) => serviceName === key);
  const at = own >= 0 ? own : index;
  const dash = DASHES[Math.floor(at / COLORS.length) % DASHES.length]!;
  return { color: COLORS[at % COLORS.length]!, dash };
}

/** A step that is still going on would look like a fall; it is shown only when there is nothing else. */
function withoutUnfinished(
  chart: Pick<Chart, 'times' | 'lines'>,
  now: UnixMs,
): Pick<Chart, 'times' | 'lines'> {
  const finished = chart.times.filter((time) => time <= now - ARRIVAL_MS).length;
  if (finished === chart.times.length) return chart;
  const hasFinished = chart.lines.some(({ values }) =>
    values.some((value, index) => value !== null && index < finished),
  );
  if (!hasFinished) return chart;
  return {
    times: chart.times.slice(0, finished),
    lines: chart.lines.map((line) => ({ ...line, values: line.values.slice(0, finished) })),
  };
}

/** A value at the cursor; a service that sent nothing in the step has none. */
export function valueText(value: number | null | undefined, unit: ChartUnit): string {
  return value === null || value === undefined ? 'no profile' : formatChartValue(value, unit);
}

/** A value of the chart as text: `0.42 cores`, `31.2 MiB`, `12.1 KiB/s`. */
export function formatChartValue(value: number, unit: ChartUnit): string {
  switch (unit) {
    case 'cores':
      return `${formatCores(value)} cores`;
    case 'bytes':
    case 'count':
      return formatValue(value, unit);
    case 'bytes/s':
    case 'count/s':
      return `${formatValue(value, unit.slice(0, -2))}/s`;
  }
}

function formatCores(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return '<0.001';
  return String(Number(value.toFixed(Math.abs(value) < 1 ? 3 : 2)));
}

/** A mark of the vertical axis. The chart's title names cores, the other units are part of the value. */
export function axisLabel(value: number, unit: ChartUnit): string {
  return unit === 'cores' ? String(Number(value.toPrecision(3))) : formatChartValue(value, unit);
}

export function unitTitle(unit: ChartUnit): string {
  switch (unit) {
    case 'cores':
      return 'CPU, cores';
    case 'bytes':
      return 'Memory in use';
    case 'bytes/s':
      return 'Bytes per second';
    case 'count':
      return 'Number';
    case 'count/s':
      return 'Number per second';
  }
}
