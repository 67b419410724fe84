import { type Chart, type ChartLine } from './chart-data.ts';

export interface TimelineLegendProps {
  readonly chart: Chart;
  /** Keys of the lines that are switched off. */
  readonly off: ReadonlySet<string>;
  readonly onOff: (off: ReadonlySet<string>) => void;
}

/**
 * The lines by name; as in Grafana, a press shows one alone, and with a modifier hides or shows it. So
 * does what opens a menu: a finger that rests, the right button, the menu key.
 */
export function TimelineLegend({ chart, off, onOff }: TimelineLegendProps) {
  const keys = chart.lines.map(({ key }) => key);
  const press = (key: string, isModified: boolean) =>
    onOff(isModified ? toggled(off, key) : isolated(off, key, keys));
  return (
    <div className="pf:flex pf:max-h-14 pf:min-h-8 pf:flex-wrap pf:items-center pf:gap-x-3 pf:gap-y-1 pf:overflow-y-auto pf:text-xs">
      {chart.lines.map(({ key, title, color, dash }) => (
        <button
          key={key}
          type="button"
          aria-pressed={!off.has(key)}
          className="pf:inline-flex pf:min-h-6 pf:max-w-full pf:items-center pf:gap-1.5 pf:rounded pf:px-1 pf:text-gray-200 pf:hover:bg-gray-700 pf:focus-visible:-outline-offset-2 pf:aria-[pressed=false]:opacity-50"
          title={`${title}\nPress: this line alone, or all again. With Shift or Ctrl, or held: hide or show it.`}
          onContextMenu={(event) => {
            event.preventDefault();
            press(key, true);
          }}
          onClick={(event) => press(key, event.shiftKey || event.ctrlKey || event.metaKey)}
        >
          <Swatch color={color} dash={dash} />
          <span className="pf:max-w-48 pf:truncate" dir="auto">
            {title}
          </span>
        </button>
      ))}
      <span className="pf:ml-auto pf:text-gray-400">
        Drag to zoom, click a point to see its step
      </span>
    </div>
  );
}

function toggled(off: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(off);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** All but one; none when it is that one already. */
function isolated(off: ReadonlySet<string>, key: string, keys: string[]): ReadonlySet<string> {
  const others = keys.filter((other) => other !== key);
  const isAlone = !off.has(key) && others.every((other) => off.has(other));
  return new Set(isAlone ? [] : others);
}

export function Swatch({ color, dash }: Pick<ChartLine, 'color' | 'dash'>) {
  return (
    <svg width="16" height="8" className="pf:shrink-0" aria-hidden>
      <line
        x2="16"
        y1="4"
        y2="4"
        stroke={color}
        strokeWidth="2.5"
        strokeDasharray={dash.join(' ')}
      />
    </svg>
  );
}
