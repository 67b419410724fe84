import { formatClock, formatMoment } from '../model/time-text.ts';
import { type Chart, valueText } from './chart-data.ts';

export interface TimelineLegendProps {
  readonly chart: Chart;
  /** Keys of the lines that are switched off. */
  readonly off: ReadonlySet<string>;
  readonly cursor: number | null;
  readonly onToggle: (key: string) => void;
}

/** The lines by name, with their values at the cursor; press one to take it out of the chart. */
export function TimelineLegend({ chart, off, cursor, onToggle }: TimelineLegendProps) {
  const time = cursor === null ? undefined : chart.times[cursor];
  const from = time === undefined ? undefined : time - chart.stepSeconds * 1000;
  return (
    <div className="pf:flex pf:min-h-8 pf:flex-wrap pf:items-center pf:gap-x-3 pf:gap-y-1 pf:text-xs">
      {chart.lines.map(({ key, title, color, values }) => {
        const value = cursor === null ? undefined : values[cursor];
        return (
          <button
            key={key}
            type="button"
            aria-pressed={!off.has(key)}
            className="pf:inline-flex pf:min-h-6 pf:max-w-full pf:items-center pf:gap-1.5 pf:rounded pf:px-1 pf:text-gray-200 pf:hover:bg-gray-800 pf:aria-[pressed=false]:opacity-50"
            onClick={() => onToggle(key)}
          >
            <Swatch color={color} />
            <span className="pf:max-w-48 pf:truncate" dir="auto">
              {title}
            </span>
            {time !== undefined && (
              <span className="pf:tabular-nums pf:text-gray-400">
                {valueText(value, chart.unit)}
              </span>
            )}
          </button>
        );
      })}
      <span className="pf:ml-auto pf:tabular-nums pf:text-gray-400">
        {time !== undefined && from !== undefined
          ? `${formatMoment(from)} – ${formatClock(time)} · click to see this step`
          : 'Drag to zoom, click a point to see its step'}
      </span>
    </div>
  );
}

function Swatch({ color }: { readonly color: string }) {
  return (
    <svg width="12" height="8" aria-hidden>
      <rect width="12" height="3" y="3" rx="1.5" fill={color} />
    </svg>
  );
}
