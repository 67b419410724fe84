import { type UnixMs } from '@hsi/profile-model';
import { formatClock, formatMoment } from '../model/time-text.ts';
import { type Chart, valueText } from './chart-data.ts';
import { Swatch } from './timeline-legend.tsx';

/** Width of the vertical axis in pixels, left of the lines. */
export const AXIS_WIDTH = 72;
/** The greatest lines are named; the rest are counted. */
const MOST_NAMED = 10;
/** Pixels between the cursor and the box. */
const GAP = 14;
const MOST_WIDE = 288;

export interface TimelineTooltipProps {
  readonly chart: Chart;
  readonly off: ReadonlySet<string>;
  /** The step under the cursor. */
  readonly time: UnixMs;
  /** The cursor's place in pixels, from the vertical axis. */
  readonly left: number;
  /** Width of the whole chart in pixels. */
  readonly width: number;
}

/** Time and values at the cursor, the greatest first; on the side where there is room. */
export function TimelineTooltip({ chart, off, time, left, width }: TimelineTooltipProps) {
  const index = chart.times.indexOf(time);
  if (index < 0) return null;
  const lines = chart.lines
    .filter(({ key }) => !off.has(key))
    .map(({ values, ...line }) => ({ ...line, value: values[index] ?? null }))
    .sort((a, b) => (b.value ?? -1) - (a.value ?? -1));
  const sent = lines.filter(({ value }) => value !== null);
  // Among few lines the silent ones are named too; a box of nothing but silence says it once.
  const named =
    lines.length > MOST_NAMED ? sent.slice(0, MOST_NAMED) : sent.length === 0 ? [] : lines;
  return (
    <div
      aria-hidden
      data-testid="timeline-tooltip"
      className="pf:pointer-events-none pf:absolute pf:top-1 pf:z-20 pf:rounded-md pf:border pf:border-gray-600 pf:bg-gray-900 pf:px-2.5 pf:py-1.5 pf:text-xs pf:shadow-lg"
      style={place(left + AXIS_WIDTH, width)}
    >
      <p className="pf:text-gray-300 pf:tabular-nums">
        {formatMoment(time - chart.stepSeconds * 1000)} – {formatClock(time)}
      </p>
      <ul>
        {named.map(({ key, title, color, dash, value }) => (
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
      <p className="pf:text-gray-400">{restText(sent.length, lines.length, named.length)}</p>
    </div>
  );
}

/** What the names leave out. */
function restText(sent: number, all: number, named: number): string {
  if (sent === 0) return 'No profile in this step';
  const more = sent > named ? [`and ${sent - named} more`] : [];
  const silent = all > MOST_NAMED && all > sent ? [`${all - sent} without a profile`] : [];
  return [...more, ...silent].join(', ');
}

/** Beside the cursor, on the side with more room, and no wider than that room. */
function place(x: number, width: number): React.CSSProperties {
  const isRight = x > width / 2;
  const room = (isRight ? x : width - x) - GAP;
  return {
    ...(isRight ? { right: width - x + GAP } : { left: x + GAP }),
    maxWidth: Math.min(MOST_WIDE, room),
  };
}
