import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { type ReactNode } from 'react';
import { formatClock, formatMoment } from '../model/time-text.ts';
import { type Chart, valueText } from './chart-data.ts';

/** Where keys have put the cursor, by the times of steps: a refresh gives them other indexes. */
export interface KeyedCursor {
  /** Null: away. */
  readonly time: UnixMs | null;
  /** Where a selection began that reaches to `time`; null: nothing is selected. */
  readonly anchor: UnixMs | null;
}

/** The time that the steps from one to another cover, in either order. */
export function selectedRange({ stepSeconds }: Chart, a: UnixMs, b: UnixMs): TimeRange {
  return { from: Math.min(a, b) - stepSeconds * 1000, to: Math.max(a, b) };
}

export interface TimelineKeysProps {
  readonly chart: Chart;
  /** Keys of lines that are not drawn, and so not read. */
  readonly off: ReadonlySet<string>;
  /** The step at the cursor, wherever it came from. */
  readonly cursor: UnixMs | null;
  readonly anchor: UnixMs | null;
  readonly onCursor: (cursor: KeyedCursor) => void;
  /** One step, or all that are selected. */
  readonly onRange: (range: TimeRange) => void;
  readonly children: ReactNode;
}

/** Moves the cursor by keys and says aloud what is there; with Shift it selects, and Enter goes there. */
export function TimelineKeys(props: TimelineKeysProps) {
  const { chart, off, onCursor, onRange, children } = props;
  const last = chart.times.length - 1;
  // A refresh moves the range on, and what has left it is not at the cursor any more.
  const within = (time: UnixMs | null) =>
    time !== null && chart.times.includes(time) ? time : null;
  const [cursor, anchor] = [within(props.cursor), within(props.anchor)];
  const at = cursor === null ? last : chart.times.indexOf(cursor);
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
    } else if (event.key === 'Escape') onCursor({ time: null, anchor: null });
    else if (step !== undefined) {
      const index = Math.max(0, Math.min(last, step(cursor === null ? last + 1 : at)));
      const time = chart.times[index] ?? null;
      onCursor({ time, anchor: event.shiftKey ? (anchor ?? cursor ?? time) : null });
    } else return;
    event.preventDefault();
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Moment on the timeline. Enter shows the profiles of that step; Shift with the arrows selects several."
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={at}
      aria-valuetext={
        anchor === null || cursor === null
          ? momentText(chart, off, at)
          : selectionText(chart, anchor, cursor)
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

function selectionText(chart: Chart, anchor: UnixMs, time: UnixMs): string {
  const { from, to } = selectedRange(chart, anchor, time);
  return `Selected ${formatMoment(from)} – ${formatClock(to)}. Enter zooms in.`;
}
