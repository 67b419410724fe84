import { formatClock, formatMoment } from '../model/time-text.ts';
import { type Chart, valueText } from './chart-data.ts';
import { Swatch } from './timeline-legend.tsx';

/** Width of the vertical axis in pixels, left of the lines. */
export const AXIS_WIDTH = 72;
/** The greatest lines are named; the rest are counted. */
const MOST_NAMED = 10;

export interface TimelineTooltipProps {
  readonly chart: Chart;
  readonly off: ReadonlySet<string>;
  /** Index of the time under the cursor. */
  readonly index: number;
  /** The cursor's place in pixels, from the vertical axis. */
  readonly left: number;
  /** Width of the whole chart in pixels. */
  readonly width: number;
}

/** Time and values at the cursor, the greatest first; on the side where there is room. */
export function TimelineTooltip({ chart, off, index, left, width }: TimelineTooltipProps) {
  const time = chart.times[index];
  if (time === undefined) return null;
  const lines = chart.lines
    .filter(({ key }) => !off.has(key))
    .map(({ values, ...line }) => ({ ...line, value: values[index] ?? null }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  const x = left + AXIS_WIDTH;
  const side = x > width / 2 ? { right: width - x + 14 } : { left: x + 14 };
  return (
    <div
      aria-hidden
      data-testid="timeline-tooltip"
      className="pf:pointer-events-none pf:absolute pf:top-1 pf:z-20 pf:max-w-72 pf:rounded-md pf:border pf:border-gray-600 pf:bg-gray-900 pf:px-2.5 pf:py-1.5 pf:text-xs pf:shadow-lg"
      style={side}
    >
      <p className="pf:text-gray-300 pf:tabular-nums">
        {formatMoment(time - chart.stepSeconds * 1000)} – {formatClock(time)}
      </p>
      <ul>
        {lines.slice(0, MOST_NAMED).map(({ key, title, color, dash, value }) => (
          <li key={key} className="pf:flex pf:items-center pf:gap-1.5">
            <Swatch color={color} dash={dash} />
            <span className="pf:min-w-0 pf:truncate" dir="auto">
              {title}
            </span>
            <span className="pf:ml-auto pf:pl-3 pf:whitespace-nowrap pf:tabular-nums">
              {valueText(value, chart.unit)}
            </span>
          </li>
        ))}
      </ul>
      {lines.length > MOST_NAMED && (
        <p className="pf:text-gray-400">and {lines.length - MOST_NAMED} more</p>
      )}
    </div>
  );
}
