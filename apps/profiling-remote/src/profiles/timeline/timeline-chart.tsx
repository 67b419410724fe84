import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { type Chart, formatChartValue } from './chart-data.ts';
import { BYTE_INCREMENTS, tickLabels } from './ticks.ts';

const AXIS_COLOR = '#9CA3AF';
const GRID = { stroke: 'rgba(255,255,255,0.06)', width: 1 };
const AXIS_FONT = '11px system-ui, sans-serif';
/** A drag shorter than this is a click that was not quite still, in pixels. */
const LEAST_DRAG = 6;

export interface TimelineChartProps {
  readonly chart: Chart;
  readonly range: TimeRange;
  readonly height: number;
  /** Keys of lines that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  /** Index of the time that the cursor is at, or null; also moved by keys. */
  readonly cursor: number | null;
  readonly onCursor: (index: number | null, left: number) => void;
  readonly onZoom: (range: TimeRange) => void;
  readonly onOpen: (time: UnixMs) => void;
}

/** The lines, drawn by uPlot. It is made anew when the lines change, and resized with its box. */
export default function TimelineChart(props: TimelineChartProps) {
  const { chart, range, height, hidden, cursor } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const made = new uPlot(
      chartOptions(chart, range, hidden, { width: element.clientWidth || 600, height }, latest),
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
  }, [chart, range, height, hidden]);

  useEffect(() => {
    const made = plot.current;
    if (made === null || cursor === null || made.cursor.idx === cursor) return;
    const time = chart.times[cursor];
    if (time === undefined) return;
    made.setCursor({ left: made.valToPos(time / 1000, 'x'), top: 10 });
  }, [cursor, chart]);

  return <div ref={box} className="hsi-timeline" style={{ height }} />;
}

function chartOptions(
  chart: Chart,
  range: TimeRange,
  hidden: ReadonlySet<string>,
  size: { readonly width: number; readonly height: number },
  latest: { readonly current: TimelineChartProps },
): uPlot.Options {
  return {
    ...size,
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    scales: {
      x: { time: true, range: () => [range.from / 1000, range.to / 1000] },
      y: { range: (_plot, _least, greatest) => [0, greatest > 0 ? greatest * 1.08 : 1] },
    },
    axes: [
      {
        stroke: AXIS_COLOR,
        font: AXIS_FONT,
        grid: GRID,
        ticks: GRID,
        space: 64,
        size: 36,
        values: (_plot, splits, _axis, _space, increment) => tickLabels(splits, increment),
      },
      {
        stroke: AXIS_COLOR,
        font: AXIS_FONT,
        grid: GRID,
        ticks: GRID,
        size: 72,
        ...(chart.unit.startsWith('bytes') ? { incrs: [...BYTE_INCREMENTS] } : {}),
        values: (_plot, splits) => splits.map((value) => formatChartValue(value, chart.unit)),
      },
    ],
    series: [
      {},
      ...chart.lines.map(({ key, title, color, dash }) => ({
        label: title,
        stroke: color,
        width: 1.5,
        dash: [...dash],
        show: !hidden.has(key),
        spanGaps: false,
        points: { show: true, size: 4, stroke: color, fill: color },
      })),
    ],
    hooks: pointerHooks(latest),
  };
}

/** A drag chooses a range; a click without a drag opens the point under the cursor. */
function pointerHooks(latest: { readonly current: TimelineChartProps }): uPlot.Hooks.Arrays {
  let dragged = false;
  return {
    init: [
      ({ over }) => over.addEventListener('mousedown', () => (dragged = false)),
      (plot) =>
        plot.over.addEventListener('click', () => {
          const index = plot.cursor.idx;
          const time =
            index === null || index === undefined ? undefined : latest.current.chart.times[index];
          if (!dragged && time !== undefined) latest.current.onOpen(time);
        }),
      ({ over }) => over.addEventListener('mouseleave', () => latest.current.onCursor(null, 0)),
    ],
    setCursor: [
      ({ cursor: { idx, left } }) => {
        if (typeof idx === 'number' && left !== undefined && left >= 0)
          latest.current.onCursor(idx, left);
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
