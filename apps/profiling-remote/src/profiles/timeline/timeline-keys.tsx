import { type TimeRange } from '@hsi/profile-model';
import { type ReactNode } from 'react';
import { formatClock, formatMoment } from '../model/time-text.ts';
import { type Chart, valueText } from './chart-data.ts';

/** Where keys have put the cursor. */
export interface KeyedCursor {
  /** Index of the time; null: away. */
  readonly index: number | null;
  /** Index where a selection began that reaches to `index`; null: nothing is selected. */
  readonly anchor: number | null;
}

/** The time that the steps from one index to another cover, in either order. */
export function selectedRange(chart: Chart, a: number, b: number): TimeRange {
  const [first, last] = [chart.times[Math.min(a, b)]!, chart.times[Math.max(a, b)]!];
  return { from: first - chart.stepSeconds * 1000, to: last };
}

export interface TimelineKeysProps {
  readonly chart: Chart;
  /** Keys of lines that are not drawn, and so not read. */
  readonly off: ReadonlySet<string>;
  /** Index of the time at the cursor, wherever it came from. */
  readonly cursor: number | null;
  readonly anchor: number | null;
  readonly onCursor: (cursor: KeyedCursor) => void;
  /** One step, or all that are selected. */
  readonly onRange: (range: TimeRange) => void;
  readonly children: ReactNode;
}

/** Moves the cursor by keys and says aloud what is there; with Shift it selects, and Enter goes there. */
export function TimelineKeys(props: TimelineKeysProps) {
  const { chart, off, onCursor, onRange, children } = props;
  const last = chart.times.length - 1;
  // A range that became shorter has fewer steps than when the cursor was put there.
  const within = (index: number | null) => (index === null || index > last ? null : index);
  const [cursor, anchor] = [within(props.cursor), within(props.anchor)];
  const steps: Readonly<Record<string, (at: number) => number>> = {
    ArrowLeft: (at) => at - 1,
    ArrowRight: (at) => at + 1,
    PageUp: (at) => at - 10,
    PageDown: (at) => at + 10,
    Home: () => 0,
    End: () => last,
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = steps[event.key];
    if (event.key === 'Enter' && cursor !== null) {
      onRange(selectedRange(chart, anchor ?? cursor, cursor));
    } else if (event.key === 'Escape') onCursor({ index: null, anchor: null });
    else if (step !== undefined) {
      const index = Math.max(0, Math.min(last, step(cursor ?? last + 1)));
      onCursor({ index, anchor: event.shiftKey ? (anchor ?? cursor ?? index) : null });
    } else return;
    event.preventDefault();
  };
  const at = cursor ?? last;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Moment on the timeline. Enter shows the profiles of that step; Shift with the arrows selects several."
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={
        anchor === null ? momentText(chart, off, at) : selectionText(chart, anchor, at)
      }
      className="pf:relative pf:rounded-sm pf:focus-visible:-outline-offset-2"
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

function momentText(chart: Chart, off: ReadonlySet<string>, index: number): string {
  const time = chart.times[index];
  if (time === undefined) return '';
  const values = chart.lines
    .filter(({ key }) => !off.has(key))
    .map(({ title, values: of }) => `${title} ${valueText(of[index], chart.unit)}`);
  return `${formatMoment(time)}: ${values.join(', ')}`;
}

function selectionText(chart: Chart, anchor: number, index: number): string {
  const { from, to } = selectedRange(chart, anchor, index);
  return `Selected ${formatMoment(from)} – ${formatClock(to)}. Enter zooms in.`;
}
