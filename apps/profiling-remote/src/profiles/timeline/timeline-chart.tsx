import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useMedia } from '../../flame-graph/use-media.ts';
import { type Chart, axisLabel } from './chart-data.ts';
import { BYTE_INCREMENTS, tickLabels } from './ticks.ts';
import { type KeyedCursor, selectedRange } from './timeline-keys.tsx';
import { AXIS_WIDTH } from './timeline-tooltip.tsx';

/** Colours of the axes. A canvas is not recoloured where the system forces its own: it names them. */
const OWN_COLORS = { text: '#9CA3AF', grid: 'rgba(255,255,255,0.06)' };
const FORCED_COLORS = { text: 'CanvasText', grid: 'color-mix(in srgb, CanvasText 25%, Canvas)' };
type AxisColors = typeof OWN_COLORS;
const AXIS_FONT = '11px system-ui, sans-serif';
/** Room for a mark of two lines, the clock and the day. */
const TIME_AXIS_HEIGHT = 44;
/** A drag shorter than this is a click that was not quite still, in pixels. */
const LEAST_DRAG = 6;

/** Where the cursor is: its step, and its distance from the vertical axis in pixels. */
export interface CursorPlace {
  readonly time: UnixMs;
  readonly left: number;
  readonly width: number;
}

export interface TimelineChartProps {
  readonly chart: Chart;
  readonly range: TimeRange;
  readonly height: number;
  /** Keys of lines that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  /** Where keys have moved the cursor; another object with every press. */
  readonly keyed: KeyedCursor;
  /** True while the cursor is where keys have put it. */
  readonly isKeyed: boolean;
  /** With the cursor's place and the chart's width in pixels. */
  readonly onCursor: (at: CursorPlace | null) => void;
  readonly onZoom: (range: TimeRange) => void;
  readonly onOpen: (time: UnixMs) => void;
}

/** The lines, drawn by uPlot. It is made anew when the lines change, and resized with its box. */
export function TimelineChart(props: TimelineChartProps) {
  const { chart, range, height, hidden, keyed } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const colors = useMedia('(forced-colors: active)') ? FORCED_COLORS : OWN_COLORS;
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = new uPlot(
      {
        ...chartOptions(chart, range, hidden, latest),
        axes: axes(chart, colors),
        width: element.clientWidth || 600,
        height,
      },
      [chart.times.map((time) => time / 1000), ...chart.lines.map(({ values }) => [...values])],
      element,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.current = null;
      made.destroy();
    };
    // What the system's colours stand for changes with the scheme.
  }, [chart, range, height, hidden, colors, isDark]);

  useEffect(() => {
    if (plot.current !== null) showKeyed(plot.current, { ...latest.current, keyed });
  }, [keyed]);

  return <div ref={box} className="hsi-timeline" style={{ height }} />;
}

/** Puts the cursor and the box of the selection where keys have put them. */
function showKeyed(plot: uPlot, { chart, keyed, onCursor }: TimelineChartProps): void {
  const { time } = keyed;
  const isThere = time !== null && chart.times.includes(time);
  plot.setCursor({ left: isThere ? plot.valToPos(time / 1000, 'x') : -10, top: 10 });
  if (!isThere) onCursor(null);
  plot.setSelect(selectionBox(plot, chart, keyed), false);
}

/** The box of what is selected by keys; without a selection it has no width. */
function selectionBox(plot: uPlot, chart: Chart, { time, anchor }: KeyedCursor): uPlot.Select {
  const isThere = (one: UnixMs | null): one is UnixMs => one !== null && chart.times.includes(one);
  if (!isThere(time) || !isThere(anchor)) return { left: 0, top: 0, width: 0, height: 0 };
  const { from, to } = selectedRange(chart, anchor, time);
  const left = Math.max(0, plot.valToPos(from / 1000, 'x'));
  const width = Math.max(0, plot.valToPos(to / 1000, 'x') - left);
  return { left, top: 0, width, height: plot.over.clientHeight };
}

function chartOptions(
  chart: Chart,
  range: TimeRange,
  hidden: ReadonlySet<string>,
  latest: { readonly current: TimelineChartProps },
): Omit<uPlot.Options, 'width' | 'height'> {
  // A point stands where its step ends, which for the last one may be after the range.
  const end = Math.max(range.to, chart.times.at(-1) ?? range.to);
  return {
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: {
      x: { time: true, range: () => [range.from / 1000, end / 1000] },
      y: { range: (_plot, _least, greatest) => [0, greatest > 0 ? greatest * 1.08 : 1] },
    },
    series: [
      {},
      ...chart.lines.map(({ key, title, color, dash }): uPlot.Series => ({
        label: title,
        stroke: color,
        width: 1.5,
        dash: [...dash],
        show: !hidden.has(key),
        gaps: (plot, _series, _from, _to, gaps) => longGaps(gaps, plot, chart),
        points: { show: true, size: 4, stroke: color, fill: color },
      })),
    ],
    hooks: chartHooks(latest),
  };
}

function axes(chart: Chart, colors: AxisColors): uPlot.Axis[] {
  const grid = { stroke: colors.grid, width: 1 };
  const common = { stroke: colors.text, font: AXIS_FONT, grid };
  return [
    {
      ...common,
      ticks: { ...grid, size: 5 },
      space: 64,
      size: TIME_AXIS_HEIGHT,
      values: (_plot, splits, _axis, _space, increment) => tickLabels(splits, increment),
    },
    {
      ...common,
      ticks: grid,
      size: AXIS_WIDTH,
      ...(chart.unit.startsWith('bytes') ? { incrs: [...BYTE_INCREMENTS] } : {}),
      values: (_plot, splits) => splits.map((value) => axisLabel(value, chart.unit)),
    },
  ];
}

/**
 * A service that sends less often than the step has empty steps: over up to two of them the line
 * goes on, so that it can be followed; a longer silence is a gap.
 */
function longGaps(gaps: uPlot.Series.Gaps, plot: uPlot, chart: Chart): uPlot.Series.Gaps {
  const [first, second] = chart.times;
  if (first === undefined || second === undefined) return gaps;
  const step = plot.valToPos(second / 1000, 'x', true) - plot.valToPos(first / 1000, 'x', true);
  return gaps.filter(([from, to]) => to - from > 3.5 * step);
}

/** A drag chooses a range; a click without a drag opens the point under the cursor. */
function chartHooks(latest: { readonly current: TimelineChartProps }): uPlot.Hooks.Arrays {
  let dragged = false;
  return {
    // Only now are there scales: a chart that was made anew takes over what keys have selected.
    ready: [
      (plot) => {
        if (latest.current.isKeyed) showKeyed(plot, latest.current);
      },
    ],
    init: [
      ({ over }) => over.addEventListener('mousedown', () => (dragged = false)),
      (plot) =>
        plot.over.addEventListener('click', () => {
          const index = plot.cursor.idx;
          const time =
            index === null || index === undefined ? undefined : latest.current.chart.times[index];
          if (!dragged && time !== undefined) latest.current.onOpen(time);
        }),
      ({ over }) => over.addEventListener('mouseleave', () => latest.current.onCursor(null)),
    ],
    setCursor: [
      ({ cursor: { idx, left }, width }) => {
        if (typeof idx !== 'number' || left === undefined || left < 0) return;
        const time = latest.current.chart.times[idx];
        if (time !== undefined) latest.current.onCursor({ time, left, width });
      },
    ],
    setSelect: [
      (plot) => {
        const { left, width } = plot.select;
        if (width === 0) return;
        plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        if (width < LEAST_DRAG) return;
        dragged = true;
        const from = Math.round(plot.posToVal(left, 'x') * 1000);
        const to = Math.round(plot.posToVal(left + width, 'x') * 1000);
        if (to > from) latest.current.onZoom({ from, to });
      },
    ],
  };
}
