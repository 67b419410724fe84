import { CircleHelp, Search, SlidersHorizontal } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { type CallTree, formatValue, type SampleUnit } from '@hsi/profile-model';
import { FlameBreadcrumb } from './flame-breadcrumb.tsx';
import { FlameAnnouncement, FlameChips, FlameReadout, hasReadout } from './flame-readout.tsx';
import { FlameSearch } from './flame-search.tsx';
import { Stage } from './flame-stage.tsx';
import { SMALL_BUTTON } from './look.ts';
import { type FlameCommands, type ShownGraph, useFlameCommands } from './use-flame-commands.ts';
import { type FlameGraph, useFlameGraph } from './use-flame-graph.ts';
import { useLoaded } from './use-loaded.ts';
import { useStage } from './use-stage.ts';
import { type ViewOptions } from './view-options.ts';

export interface FlameGraphPanelProps {
  readonly testId: string;
  readonly title: string;
  readonly tree: CallTree;
  readonly unit: SampleUnit;
  /** Stands beside the title, e.g. what was left out of the tree. */
  readonly note?: ReactNode;
  /** What to search for, see `search` of @hsi/flamegraph. */
  readonly query: string;
  readonly onQueryChange?: (query: string) => void;
  /** Stack trace of the focused frame, root first. Without it the panel keeps its own focus. */
  readonly focus?: readonly string[];
  readonly onFocusChange?: (stack: readonly string[]) => void;
  /** Height of the graph in CSS pixels. */
  readonly height?: number;
  /** For a grid of several: fewer controls. */
  readonly compact?: boolean;
  /** Frames that the server left out are wanted now. */
  readonly onDetail?: () => void;
  /** Ids of frame filters (`FRAME_PRESETS`). Without it the panel keeps its own. */
  readonly hidden?: readonly string[];
  readonly onHiddenChange?: (ids: readonly string[]) => void;
  /** How the graph is shown. Without it the panel keeps its own. */
  readonly options?: ViewOptions;
  readonly onOptionsChange?: (options: ViewOptions) => void;
  /** The address that "Copy link" copies; without it the page's present one. */
  readonly linkFor?: (shown: ShownGraph) => string;
}

const DEFAULT_HEIGHT = 360;
/** Height of the line below the graph. While it has nothing to say, the graph has its place. */
const FOOTER_HEIGHT = 28;
const loadExtras = () => import('./flame-extras.tsx').then(({ FlameExtras }) => FlameExtras);

/** A flame graph with its title, search readout and way back. Fetches nothing. */
export function FlameGraphPanel(props: FlameGraphPanelProps): ReactNode {
  const { tree, unit, height = DEFAULT_HEIGHT, compact = false, onQueryChange } = props;
  const graph = useFlameGraph({
    tree,
    query: props.query,
    focus: props.focus,
    onFocusChange: props.onFocusChange,
    onDetail: props.onDetail,
    hidden: props.hidden,
    onHiddenChange: props.onHiddenChange,
    options: props.options,
    onOptionsChange: props.onOptionsChange,
  });
  const searchField = useRef<HTMLInputElement>(null);
  // One of many has no room for a field of its own until it is asked for.
  const [searchIsOpen, setSearchIsOpen] = useState(false);
  const hasSearch = onQueryChange !== undefined && (!compact || searchIsOpen);
  const [message, setMessage] = useState('');
  const hasFooter = message !== '' || hasReadout(graph);
  const stage = useStage(graph, hasFooter ? height : height + FOOTER_HEIGHT);
  const commands = useFlameCommands({
    graph,
    searchField,
    openSearch: () => setSearchIsOpen(true),
    onQueryChange,
    linkFor: props.linkFor,
    pointOf: stage.pointOf,
    goTo: stage.goTo,
    onMessage: setMessage,
  });
  const { part: Extras, failed } = useLoaded(commands.popup !== undefined, loadExtras);
  const onStep = useStep(graph, commands);
  const { setPopup } = commands;
  const { focusTree } = stage;
  const close = useCallback(
    (opener: HTMLElement | undefined) => {
      setPopup(undefined);
      if (opener === undefined) focusTree();
      else opener.focus({ preventScroll: true });
    },
    [setPopup, focusTree],
  );
  const total = tree.total[0] ?? 0;
  return (
    <section
      data-testid={props.testId}
      data-total={total}
      aria-label={`${props.title} flame graph`}
      className="pf:relative pf:min-w-0 pf:rounded-lg pf:border pf:border-gray-800 pf:bg-gray-800 pf:text-gray-100"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) commands.run('back', undefined);
      }}
    >
      <header className="pf:flex pf:min-h-9 pf:flex-wrap pf:items-center pf:gap-x-3 pf:gap-y-1 pf:px-3 pf:pt-1">
        <h3 className="pf:min-w-0 pf:truncate pf:text-sm pf:font-semibold" dir="auto">
          {props.title}
        </h3>
        <span className="pf:text-xs pf:text-gray-300 pf:tabular-nums">
          {formatValue(total, unit)}
        </span>
        {props.note}
        <div className="pf:ml-auto pf:flex pf:items-center pf:gap-1">
          {hasSearch && (
            <FlameSearch
              query={props.query}
              onQueryChange={onQueryChange}
              problem={graph.found.problem}
              onStep={onStep}
              field={searchField}
              autoFocus={compact}
              onLeaveEmpty={() => setSearchIsOpen(false)}
            />
          )}
          <PanelButtons
            title={props.title}
            compact={compact}
            canFind={onQueryChange !== undefined && !hasSearch}
            commands={commands}
          />
        </div>
      </header>
      <FlameAnnouncement graph={graph} />
      <Stage stage={stage} graph={graph} commands={commands} unit={unit} title={props.title} />
      <div
        className={
          hasFooter || failed
            ? 'pf:flex pf:min-h-7 pf:flex-wrap pf:items-center pf:gap-x-2 pf:gap-y-1 pf:px-3 pf:py-0.5 pf:text-xs'
            : 'pf:sr-only'
        }
      >
        <FlameBreadcrumb graph={graph} />
        <FlameChips graph={graph} />
        <FlameReadout
          graph={graph}
          unit={unit}
          message={failed ? 'This part could not be loaded. Try again.' : message}
          onStep={hasSearch ? undefined : (step) => onStep(step, graph.query)}
        />
      </div>
      {commands.popup && Extras && (
        <Extras
          graph={graph}
          popup={commands.popup}
          canSearch={onQueryChange !== undefined}
          run={commands.run}
          onClose={close}
        />
      )}
    </section>
  );
}

/** Goes from match to match; of a query that was just typed once its matches are known. */
function useStep(graph: FlameGraph, { run }: FlameCommands): (step: 1 | -1, query: string) => void {
  const owed = useRef<{ step: 1 | -1; query: string }>(undefined);
  const go = (step: 1 | -1): void => run(step === 1 ? 'next' : 'previous', graph.selected);
  useEffect(() => {
    if (owed.current?.query !== graph.query) return;
    const { step } = owed.current;
    owed.current = undefined;
    go(step);
  });
  return (step, query) => {
    if (query === graph.query) go(step);
    else owed.current = { step, query };
  };
}

function PanelButtons(props: {
  readonly title: string;
  readonly compact: boolean;
  readonly canFind: boolean;
  readonly commands: FlameCommands;
}): ReactNode {
  const { run } = props.commands;
  return (
    <>
      {props.canFind && (
        <button
          type="button"
          className={SMALL_BUTTON}
          aria-label={`Find in ${props.title}`}
          title="Find (/)"
          onClick={() => run('find', undefined)}
        >
          <Search size={14} aria-hidden />
        </button>
      )}
      <button
        type="button"
        className={SMALL_BUTTON}
        aria-label={`View options of ${props.title}`}
        title="View options and frame filters (V)"
        aria-haspopup="dialog"
        onClick={() => run('view', undefined)}
      >
        <SlidersHorizontal size={14} aria-hidden />
      </button>
      {!props.compact && (
        <button
          type="button"
          className={SMALL_BUTTON}
          aria-label="Keys of the flame graph"
          title="Keys (?)"
          aria-haspopup="dialog"
          onClick={() => run('help', undefined)}
        >
          <CircleHelp size={14} aria-hidden />
        </button>
      )}
    </>
  );
}
