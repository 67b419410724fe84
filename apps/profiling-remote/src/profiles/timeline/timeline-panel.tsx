import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { useMemo, useState } from 'react';
import { type TimelineScope } from '../data/timeline.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useLate } from '../data/use-late.ts';
import { useView } from '../data/view-context.tsx';
import { describeFailure } from '../model/failure.ts';
import { formatDuration, pointRange } from '../model/time-range.ts';
import { formatMoment, rangeTitle } from '../model/time-text.ts';
import { idle, lazily } from '../parts/lazily.tsx';
import { BUTTON, CHIP, MUTED, PANEL } from '../parts/look.ts';
import { type Chart, buildChart, unitTitle, valueText } from './chart-data.ts';
import { type CursorPlace, type KeyedCursor } from './timeline-chart.tsx';
import { IdleNote } from './idle-note.tsx';
import { TimelineLegend } from './timeline-legend.tsx';
import { TimelineTooltip } from './timeline-tooltip.tsx';

const HEIGHT = 176;

// The flame graphs are what a person waits for: the chart's code comes when they are painted.
const TimelineChart = lazily(
  async () => {
    await idle();
    return (await import('./timeline-chart.tsx')).TimelineChart;
  },
  <div style={{ height: HEIGHT }} />,
);

export interface TimelinePanelProps {
  /** Undefined: a line for each service. */
  readonly scope: TimelineScope | undefined;
  /** Changes what the lines of one service stand for; absent where there is nothing to choose. */
  readonly onBy?: ((by: TimelineScope['by']) => void) | undefined;
  readonly onRange: (range: TimeRange) => void;
}

/** Profiles over time: a line for each service or model; a drag zooms, a click opens one step. */
export function TimelinePanel({ scope, onBy, onRange }: TimelinePanelProps) {
  const { state, questions, moment } = useView();
  const answer = useAnswer(questions.timeline(state.type, state.filters, scope));
  const late = useLate(answer.stale, 1_000);
  const { data } = answer;
  const chart = useMemo(
    () => data && buildChart(data, moment.range, moment.now),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new range comes with its own answer
    [data],
  );
  return (
    <section
      data-testid="profile-timeline"
      aria-label="Profile timeline"
      className={`${PANEL} pf:px-3 pf:pt-2 pf:pb-1`}
    >
      <div className="pf:flex pf:min-h-8 pf:flex-wrap pf:items-center pf:gap-2">
        <h2 className="pf:font-medium">Timeline</h2>
        <span className={MUTED}>
          {chart !== undefined &&
            `${unitTitle(chart.unit)} · step ${formatDuration(chart.stepSeconds * 1000)}`}
          {!moment.relative && ` · ${rangeTitle(state, moment.range)}`}
        </span>
        {answer.stale && (late || answer.error !== undefined) && (
          <span className={CHIP}>{answer.error === undefined ? 'updating' : 'stale'}</span>
        )}
        <IdleNote service={scope?.service} model={scope?.model} />
        {onBy !== undefined && scope !== undefined && (
          <span className="pf:ml-auto">
            <ByButtons by={scope.by} onBy={onBy} />
          </span>
        )}
      </div>
      <div style={{ minHeight: HEIGHT + 32 }}>
        {chart !== undefined && chart.lines.length > 0 ? (
          <LoadedTimeline chart={chart} hidden={data?.hidden ?? 0} onRange={onRange} />
        ) : (
          <NoTimeline error={answer.error} isEmpty={chart !== undefined} onRetry={answer.retry} />
        )}
      </div>
    </section>
  );
}

function ByButtons({
  by,
  onBy,
}: {
  readonly by: string;
  readonly onBy: NonNullable<TimelinePanelProps['onBy']>;
}) {
  const choices = [
    ['model', 'By model'],
    ['service_name', 'Total'],
  ] as const;
  return (
    <span role="group" aria-label="Lines of the timeline" className="pf:inline-flex pf:gap-1">
      {choices.map(([value, label]) => (
        <button
          key={value}
          type="button"
          className={BUTTON}
          aria-pressed={by === value}
          onClick={() => onBy(value)}
        >
          {label}
        </button>
      ))}
    </span>
  );
}

function NoTimeline(props: {
  readonly error: Error | undefined;
  readonly isEmpty: boolean;
  readonly onRetry: () => void;
}) {
  const { error, isEmpty, onRetry } = props;
  if (isEmpty) return <p className={MUTED}>No profiles of this type in this range.</p>;
  if (error !== undefined) {
    const { what, advice } = describeFailure(error);
    return (
      <p className={MUTED}>
        {what} {advice}{' '}
        <button type="button" className={BUTTON} onClick={onRetry}>
          Retry
        </button>
      </p>
    );
  }
  return (
    <div
      className="pf:animate-pulse pf:rounded-md pf:bg-gray-800/60 pf:motion-reduce:animate-none"
      style={{ height: HEIGHT }}
      aria-hidden
    />
  );
}

interface LoadedTimelineProps {
  readonly chart: Chart;
  readonly hidden: number;
  readonly onRange: (range: TimeRange) => void;
}

function LoadedTimeline({ chart, hidden, onRange }: LoadedTimelineProps) {
  const { moment } = useView();
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<CursorPlace | null>(null);
  const [keyed, setKeyed] = useState<KeyedCursor | null>(null);
  const open = (time: UnixMs) => onRange(pointRange(time, chart.stepSeconds));
  const toggle = (key: string) => {
    const next = new Set(off);
    if (!next.delete(key)) next.add(key);
    setOff(next);
  };
  return (
    <>
      <TimelineKeys
        chart={chart}
        cursor={cursor?.index ?? null}
        onOpen={open}
        onCursor={(index) => setKeyed({ index })}
      >
        <TimelineChart
          chart={chart}
          range={moment.range}
          height={HEIGHT}
          hidden={off}
          keyed={keyed}
          onCursor={setCursor}
          onZoom={onRange}
          onOpen={open}
        />
        {cursor !== null && <TimelineTooltip chart={chart} off={off} {...cursor} />}
      </TimelineKeys>
      <TimelineLegend chart={chart} off={off} onToggle={toggle} />
      {(hidden > 0 || chart.leftOut.length > 0) && (
        <p className={MUTED}>
          {hidden > 0 && `${hidden} more services have data; choose one to see it. `}
          {chart.leftOut.length > 0 &&
            `${chart.leftOut.join(', ')}: counted in samples, not in time, so not on this axis.`}
        </p>
      )}
    </>
  );
}

interface TimelineKeysProps {
  readonly chart: Chart;
  readonly cursor: number | null;
  readonly onCursor: (index: number | null) => void;
  readonly onOpen: (time: UnixMs) => void;
  readonly children: React.ReactNode;
}

/** Moves the cursor by keys and says aloud what is there; Enter opens the step. */
function TimelineKeys({ chart, cursor, onCursor, onOpen, children }: TimelineKeysProps) {
  const last = chart.times.length - 1;
  const steps: Readonly<Record<string, (at: number) => number>> = {
    ArrowLeft: (at) => at - 1,
    ArrowRight: (at) => at + 1,
    PageUp: (at) => at - 10,
    PageDown: (at) => at + 10,
    Home: () => 0,
    End: () => last,
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const time = cursor === null ? undefined : chart.times[cursor];
    if (event.key === 'Enter' && time !== undefined) onOpen(time);
    else if (event.key === 'Escape') onCursor(null);
    else if (steps[event.key] !== undefined) {
      const next = steps[event.key]!(cursor ?? last + 1);
      onCursor(Math.max(0, Math.min(last, next)));
    } else return;
    event.preventDefault();
  };
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Moment on the timeline. Enter shows the profiles of that step."
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={cursor ?? last}
      aria-valuetext={momentText(chart, cursor ?? last)}
      className="pf:relative pf:rounded-sm"
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

function momentText(chart: Chart, index: number): string {
  const time = chart.times[index];
  if (time === undefined) return '';
  const values = chart.lines.map(({ title, values: of }) => {
    return `${title} ${valueText(of[index], chart.unit)}`;
  });
  return `${formatMoment(time)}: ${values.join(', ')}`;
}
