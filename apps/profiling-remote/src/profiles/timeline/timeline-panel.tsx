import { type TimeRange, type UnixMs } from '@hsi/profile-model';
import { ArrowLeft, ZoomOut } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { type TimelineScope } from '../data/timeline.ts';
import { useAnswer } from '../data/use-answer.ts';
import { useLate } from '../data/use-late.ts';
import { useZoom } from '../data/use-zoom.ts';
import { useView } from '../data/view-context.tsx';
import { describeFailure } from '../model/failure.ts';
import { formatDuration, pointRange, zoomOut } from '../model/time-range.ts';
import { rangeTitle } from '../model/time-text.ts';
import { idle, lazily } from '../parts/lazily.tsx';
import { BUTTON, CHIP, MUTED, PANEL } from '../parts/look.ts';
import { type Chart, buildChart, unitTitle } from './chart-data.ts';
import { type CursorPlace } from './timeline-chart.tsx';
import { IdleNote } from './idle-note.tsx';
import { TimelineLegend } from './timeline-legend.tsx';
import { LinesPicker } from './lines-picker.tsx';
import { type KeyedCursor, TimelineKeys } from './timeline-keys.tsx';
import { TimelineTooltip } from './timeline-tooltip.tsx';

const HEIGHT = 184;

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
  /** True when the service's models can be told apart. */
  readonly hasModels: boolean;
}

/** Profiles over time: a line for each service or model; a drag zooms, a click opens one step. */
export function TimelinePanel({ scope, hasModels }: TimelinePanelProps) {
  const zoom = useZoom();
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
        {/* On a phone a line of its own, also while it is empty: the chart stays where it is. */}
        <span className={`${MUTED} pf:max-sm:order-last pf:max-sm:min-h-5 pf:max-sm:basis-full`}>
          {chart !== undefined &&
            `${unitTitle(chart.unit)} · step ${formatDuration(chart.stepSeconds * 1000)}`}
          {!moment.relative && ` · ${rangeTitle(state, moment.range)}`}
        </span>
        {answer.stale && (late || answer.error !== undefined) && (
          <span className={CHIP}>{answer.error === undefined ? 'updating' : 'stale'}</span>
        )}
        <IdleNote service={scope?.service} model={scope?.model} />
        <span className="pf:ml-auto pf:flex pf:flex-wrap pf:gap-2">
          {scope !== undefined && <LinesPicker scope={scope} hasModels={hasModels} />}
          <ZoomButtons />
        </span>
      </div>
      <div style={{ minHeight: HEIGHT + 32 }}>
        {chart !== undefined && chart.lines.length > 0 ? (
          <LoadedTimeline
            chart={chart}
            hidden={data?.hidden ?? 0}
            isCut={data?.isCut ?? false}
            onRange={zoom.to}
          />
        ) : (
          <NoTimeline error={answer.error} isEmpty={chart !== undefined} onRetry={answer.retry} />
        )}
      </div>
    </section>
  );
}

/** The way out of a zoom, beside the chart that is zoomed by dragging. */
function ZoomButtons() {
  const { moment } = useView();
  const zoom = useZoom();
  const out = useRef<HTMLButtonElement>(null);
  const { previous } = zoom;
  return (
    <>
      {previous !== undefined && (
        <button
          type="button"
          className={BUTTON}
          onClick={() => {
            zoom.back();
            // This button goes away, and with it the place of a person who uses the keyboard.
            out.current?.focus();
          }}
        >
          <ArrowLeft className="pf:size-4" aria-hidden />
          Back to {rangeTitle(previous.text, previous.range)}
        </button>
      )}
      <button
        ref={out}
        type="button"
        className={BUTTON}
        aria-label="Zoom out"
        title="Zoom out"
        onClick={() => zoom.to(zoomOut(moment.range, 3, moment.now))}
      >
        <ZoomOut className="pf:size-4" aria-hidden />
      </button>
    </>
  );
}

function NoTimeline(props: {
  readonly error: Error | undefined;
  readonly isEmpty: boolean;
  readonly onRetry: () => void;
}) {
  const { error, isEmpty, onRetry } = props;
  const { state } = useView();
  if (isEmpty) {
    return (
      <p className={MUTED}>
        No profiles of this type{state.filters.length > 0 && ' that fit the filters'} in this range.
      </p>
    );
  }
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
  readonly isCut: boolean;
  readonly onRange: (range: TimeRange) => void;
}

const AWAY: KeyedCursor = { time: null, anchor: null };

function LoadedTimeline({ chart, hidden, isCut, onRange }: LoadedTimelineProps) {
  const { state, moment } = useView();
  const [off, setOff] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<CursorPlace | null>(null);
  const [keyed, setKeyed] = useState<KeyedCursor>(AWAY);
  const rangeText = `${state.from}|${state.to}`;
  const [rangeOfCursor, setRangeOfCursor] = useState(rangeText);
  if (rangeOfCursor !== rangeText) {
    // The steps of another range are others.
    setRangeOfCursor(rangeText);
    setCursor(null);
    setKeyed(AWAY);
  }
  // The pointer takes the cursor away from a selection by keys.
  const isKeyed = keyed.time !== null && cursor?.time === keyed.time;
  return (
    <>
      <TimelineKeys
        chart={chart}
        off={off}
        cursor={cursor?.time ?? null}
        anchor={isKeyed ? keyed.anchor : null}
        onCursor={setKeyed}
        onRange={onRange}
      >
        <TimelineChart
          chart={chart}
          range={moment.range}
          height={HEIGHT}
          hidden={off}
          keyed={keyed}
          isKeyed={isKeyed}
          onCursor={setCursor}
          onZoom={onRange}
          onOpen={(time: UnixMs) => onRange(pointRange(time, chart.stepSeconds))}
        />
        {cursor !== null && <TimelineTooltip chart={chart} off={off} {...cursor} />}
      </TimelineKeys>
      <TimelineLegend chart={chart} off={off} onOff={setOff} />
      {isCut && <p className={MUTED}>The {chart.lines.length} greatest; there may be more.</p>}
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
