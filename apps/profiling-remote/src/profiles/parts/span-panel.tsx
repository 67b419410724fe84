import { displayName } from '@hsi/model-zoo-catalog';
import { useQueries } from '@tanstack/react-query';
import { usePageServices } from '../../page/page-services.tsx';
import { NODES } from '../data/graph.ts';
import { QUERY_RULES } from '../data/rules.ts';
import { useView } from '../data/view-context.tsx';
import {
  ON_THE_WAY,
  emptySpanReasons,
  mayStillArrive,
  spanDuration,
} from '../model/span-answer.ts';
import { type ServiceFacts } from '../model/services.ts';
import { absoluteRange } from '../model/time-range.ts';
import { GraphCard } from './graph-card.tsx';
import { BUTTON, LINK, MUTED, PANEL } from './look.ts';

const HEIGHT = 260;
/** How far around the span the widest scope reaches, in milliseconds. */
const AROUND_MS = 15 * 60_000;
/** The page shows this much before and after a span that the address names (as Grafana does). */
const SPAN_MARGIN_MS = 30_000;
/** How often is asked while samples may still arrive. */
const ASK_AGAIN_MS = 5_000;

/** The samples of one span, or why there are none and where to look instead. */
export function SpanPanel(props: {
  readonly spanId: string;
  readonly services: readonly ServiceFacts[];
}) {
  const { spanId, services } = props;
  const { state, questions, moment } = useView();
  const end = moment.range.to - SPAN_MARGIN_MS;
  const candidates =
    state.service === undefined ? services.map(({ serviceName }) => serviceName) : [state.service];
  const answers = useQueries({
    queries: candidates.map((service) => {
      const request = { service, model: state.model, spanIds: [spanId] };
      const { queryKey, queryFn } = questions.graph({
        ...request,
        type: state.type,
        filters: state.filters,
        maxNodes: NODES.inGrid,
      });
      const refetchInterval = (query: Parameters<typeof QUERY_RULES.refetchInterval>[0]) =>
        mayStillArrive(end, Date.now()) ? ASK_AGAIN_MS : QUERY_RULES.refetchInterval(query);
      return { ...QUERY_RULES, queryKey, queryFn, refetchInterval };
    }),
  });
  const found = candidates.filter((_, index) => (answers[index]?.data?.tree.total[0] ?? 0) > 0);
  const isYoung = answers.some(({ dataUpdatedAt }) => mayStillArrive(end, dataUpdatedAt));
  const isAsking = answers.some(({ isPending }) => isPending);
  const error = answers.find((answer) => answer.error !== null)?.error ?? undefined;
  return (
    <section
      aria-label="Span"
      data-testid="span-panel"
      className="pf:flex pf:min-w-0 pf:flex-col pf:gap-2"
    >
      <div className="pf:flex pf:flex-wrap pf:items-center pf:gap-2">
        <h2 className="pf:font-medium">
          Span <code className="pf:text-sm">{spanId}</code>
        </h2>
        <TraceLink />
        <LeaveSpan label="Leave the span" />
      </div>
      {found.map((service) => (
        <GraphCard
          key={service}
          testId={`flamegraph-span-${service}`}
          title={`${displayName(service)}, this span only`}
          scope={{ service, model: state.model, spanIds: [spanId] }}
          height={HEIGHT}
          compact
          eager
        />
      ))}
      {found.length === 0 &&
        (isAsking ? (
          <p role="status" className={MUTED}>
            Looking for the span’s samples…
          </p>
        ) : (
          <EmptySpan error={error} isYoung={isYoung} />
        ))}
    </section>
  );
}

function EmptySpan(props: { readonly error: Error | undefined; readonly isYoung: boolean }) {
  const { context } = usePageServices();
  const { patch, moment } = useView();
  const { from, to } = moment.range;
  const middle = (from + to) / 2;
  const reasons = emptySpanReasons(spanDuration(context.location.get().search), props.error);
  const wide = absoluteRange({ from: middle - AROUND_MS, to: middle + AROUND_MS });
  return (
    <div className={`${PANEL} pf:p-4`}>
      <p>No samples of this span.</p>
      <ul className={`${MUTED} pf:mt-1 pf:list-inside pf:list-disc`}>
        {(props.isYoung ? [ON_THE_WAY, ...reasons] : reasons).map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      <div className="pf:mt-3 pf:flex pf:flex-wrap pf:gap-2">
        <LeaveSpan label="Everything in this window" />
        <button
          type="button"
          className={BUTTON}
          onClick={() => patch({ spanId: undefined, ...wide })}
        >
          30 minutes around it
        </button>
      </div>
    </div>
  );
}

function LeaveSpan({ label }: { readonly label: string }) {
  const { patch, moment } = useView();
  return (
    <button
      type="button"
      className={BUTTON}
      onClick={() => patch({ spanId: undefined, ...absoluteRange(moment.range) })}
    >
      {label}
    </button>
  );
}

/** A trace without a span: profiles carry no trace ids, so its time is what can be shown. */
export function TraceNote() {
  const { patch } = useView();
  return (
    <p className={`${MUTED} pf:flex pf:flex-wrap pf:items-center pf:gap-2`}>
      Profiles carry the ids of spans, not of traces: this is everything in the time of the trace.
      <TraceLink />
      <button type="button" className={BUTTON} onClick={() => patch({ traceId: undefined })}>
        Leave the trace
      </button>
    </p>
  );
}

function TraceLink() {
  const { config } = usePageServices();
  const { state } = useView();
  if (config.jaeger_url === undefined || state.traceId === undefined) return null;
  return (
    <a
      className={`${LINK} pf:text-sm`}
      href={`${config.jaeger_url.replace(/\/$/, '')}/trace/${state.traceId}`}
      target="_blank"
      rel="noopener noreferrer"
    >
      Open the trace
    </a>
  );
}
