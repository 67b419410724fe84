import { type CallTree, formatShare } from '@hsi/profile-model';
import { displayName } from '@hsi/model-zoo-catalog';
import { type ReactNode, useMemo, useState } from 'react';
import { FlameGraphPanel } from '../../flame-graph/flame-graph-panel.tsx';
import { type ShownGraph } from '../../flame-graph/use-flame-commands.ts';
import { optionsOf, togglesOf, type ViewOptions } from '../../flame-graph/view-options.ts';
import { type PageState } from '../../state/page-state.ts';
import { formatPageState } from '../../state/page-state-url.ts';
import { type GraphAnswer, NODES } from '../data/graph.ts';
import { type Answer, useAnswer } from '../data/use-answer.ts';
import { useLate } from '../data/use-late.ts';
import { useNear } from '../data/use-near.ts';
import { useView } from '../data/view-context.tsx';
import { describeFailure } from '../model/failure.ts';
import { splitIdle } from '../model/idle.ts';
import { hasIdleFrames, typeTitle } from '../model/profile-types.ts';
import { absoluteRange } from '../model/time-range.ts';
import { formatClock, rangeTitle } from '../model/time-text.ts';
import { BUTTON, CHIP, MUTED } from './look.ts';

export interface GraphScope {
  readonly service: string;
  readonly model?: string | undefined;
  readonly spanIds?: readonly string[] | undefined;
}

export interface GraphCardProps {
  readonly testId: string;
  readonly title: string;
  readonly scope: GraphScope;
  /** Height of the graph in pixels. */
  readonly height: number;
  /** One of many: smaller, and its focus and frame filters stay its own. */
  readonly compact: boolean;
  /** Asked for at once; otherwise when it comes near the screen. */
  readonly eager: boolean;
  readonly note?: ReactNode;
  /** What to show instead of the standard sentence when there is no data. */
  readonly whenEmpty?: ReactNode;
  /** Shown beside the graph, from the same tree. */
  readonly beside?: (tree: CallTree, unit: string) => ReactNode;
}

/** Height of the panel's title and of the line below the graph, in pixels. */
const HEADING_HEIGHT = 64;

/** A flame graph with its title and everything that has to be said about its data. */
export function GraphCard(props: GraphCardProps) {
  const { testId, scope, height, eager } = props;
  const { state, questions } = useView();
  const [isDetailed, setIsDetailed] = useState(false);
  const maxNodes = isDetailed ? NODES.detail : props.compact ? NODES.inGrid : NODES.large;
  const [wrapper, near] = useNear<HTMLDivElement>(eager);
  const answer = useAnswer(
    questions.graph({ ...scope, type: state.type, filters: state.filters, maxNodes }),
    near,
  );
  const { data } = answer;
  if (data !== undefined && data.tree.total[0]! > 0) {
    return (
      <div ref={wrapper} className="pf:min-w-0" style={{ minHeight: height + HEADING_HEIGHT }}>
        <Graph {...props} answer={answer} data={data} onDetail={() => setIsDetailed(true)} />
      </div>
    );
  }
  return (
    <div ref={wrapper} className="pf:min-w-0">
      <section
        aria-label={`${props.title} flame graph`}
        data-testid={testId}
        data-total={data === undefined ? undefined : 0}
        className="pf:flex pf:min-w-0 pf:flex-col pf:rounded-lg pf:border pf:border-gray-800 pf:bg-gray-800 pf:px-3 pf:py-2"
        style={{ minHeight: height + HEADING_HEIGHT }}
      >
        <header className="pf:flex pf:flex-wrap pf:items-baseline pf:gap-x-3">
          <h3 className="pf:min-w-0 pf:truncate pf:text-sm pf:font-semibold" dir="auto">
            {props.title}
          </h3>
          <StaleChip answer={answer} />
          {props.note}
        </header>
        <NoGraph {...props} answer={answer} />
      </section>
    </div>
  );
}

interface GraphProps extends GraphCardProps {
  readonly answer: Answer<GraphAnswer>;
  readonly data: GraphAnswer;
  readonly onDetail: () => void;
}

function Graph(props: GraphProps) {
  const { answer, data, compact } = props;
  const { state, patch } = useView();
  const [withIdle, setWithIdle] = useState(false);
  const split = useMemo(
    () => (hasIdleFrames(data.typeId ?? '') ? splitIdle(data.tree) : undefined),
    [data],
  );
  const tree = split === undefined || withIdle ? data.tree : split.tree;
  const note = (
    <>
      {split !== undefined && split.idleShare > 0 && (
        <IdleChip
          share={split.idleShare}
          shown={withIdle}
          onToggle={() => setWithIdle(!withIdle)}
        />
      )}
      {data.snapshots !== undefined && (
        <span className={CHIP}>
          average of {data.snapshots} {data.snapshots === 1 ? 'snapshot' : 'snapshots'}
        </span>
      )}
      <StaleChip answer={answer} />
      {props.note}
    </>
  );
  const { shape, sandwich } = state;
  const options = useMemo(() => optionsOf(shape, sandwich), [shape, sandwich]);
  const linkFor = useLink(props.scope);
  const panel = (
    <FlameGraphPanel
      testId={props.testId}
      title={props.title}
      tree={tree}
      unit={data.unit}
      note={note}
      query={state.q}
      onQueryChange={(q) => patch({ q }, { replace: true })}
      height={props.height}
      compact={compact}
      onDetail={props.onDetail}
      linkFor={linkFor}
      {...(compact
        ? {}
        : {
            focus: state.focus,
            onFocusChange: (focus: readonly string[]) => patch({ focus }),
            hidden: state.hide,
            onHiddenChange: (hide: readonly string[]) => patch({ hide }),
            options,
            onOptionsChange: (next: ViewOptions) =>
              patch({ shape: togglesOf(next), sandwich: next.sandwich }),
          })}
    />
  );
  if (props.beside === undefined) return panel;
  return (
    <div className="pf:grid pf:min-w-0 pf:gap-4 pf:@6xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      {panel}
      <div className="pf:min-w-0">{props.beside(tree, data.unit)}</div>
    </div>
  );
}

/** An address that shows the same of the same data at any time, also of a graph that is one of many. */
function useLink({ service, model }: GraphScope) {
  const { state, moment } = useView();
  return ({ options, hidden, focus }: ShownGraph): string => {
    const shown: PageState = {
      ...state,
      ...absoluteRange(moment.range),
      service,
      model,
      shape: togglesOf(options),
      sandwich: options.sandwich,
      hide: hidden,
      focus: focus ?? state.focus,
    };
    const { origin, pathname, search } = window.location;
    return origin + pathname + formatPageState(shown, search);
  };
}

function IdleChip(props: {
  readonly share: number;
  readonly shown: boolean;
  readonly onToggle: () => void;
}) {
  const share = formatShare(props.share);
  return (
    <button
      type="button"
      className={CHIP}
      aria-pressed={props.shown}
      title="Waiting is not CPU work. Press to change."
      onClick={props.onToggle}
    >
      {props.shown ? `with (idle), ${share}` : `without (idle), ${share}`}
    </button>
  );
}

function StaleChip({ answer }: { readonly answer: Answer<GraphAnswer> }) {
  const { arrivedAt, stale, error } = answer;
  // An answer that is quick needs no word, and no place.
  const late = useLate(stale, 1_000);
  if (!stale || (error === undefined && !late)) return null;
  const at = arrivedAt === undefined ? '' : ` of ${formatClock(arrivedAt)}`;
  return (
    <span className={`${CHIP} pf:border-yellow-700 pf:text-yellow-300`}>
      {error === undefined ? `updating, data${at}` : `stale, data${at}`}
    </span>
  );
}

function NoGraph(props: GraphCardProps & { readonly answer: Answer<GraphAnswer> }) {
  const { answer, height } = props;
  if (answer.data !== undefined) {
    return (
      <div className="pf:mt-2 pf:flex-1">{props.whenEmpty ?? <EmptySentence {...props} />}</div>
    );
  }
  if (answer.error !== undefined) {
    const { what, advice } = describeFailure(answer.error);
    return (
      <div className="pf:mt-2 pf:flex-1" style={{ minHeight: height }}>
        <p className={MUTED}>
          {what} {advice}
        </p>
        <button type="button" className={`${BUTTON} pf:mt-2`} onClick={answer.retry}>
          Retry
        </button>
      </div>
    );
  }
  return (
    <div
      className="pf:mt-2 pf:flex-1 pf:animate-pulse pf:rounded-md pf:bg-gray-800/60 pf:motion-reduce:animate-none"
      style={{ minHeight: height }}
      aria-hidden
    />
  );
}

/** Why a graph is empty, as far as it is known. */
function EmptySentence(props: GraphCardProps) {
  const { state, moment } = useView();
  const { service, model } = props.scope;
  const who = model === undefined ? displayName(service) : model;
  const what = typeTitle(state.type);
  const when = rangeTitle(state, moment.range);
  const filtered = state.filters.length > 0 ? ' that fit the filters' : '';
  return (
    <p className={MUTED} dir="auto">
      {who} sent no {what} profiles{filtered} in this range ({when}).
    </p>
  );
}
