import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import {
  findPlace,
  findStack,
  type FlameView,
  FrameNames,
  type MatchShare,
  matchShare,
  type Place,
  placeOf,
  type SearchResult,
  stackOf,
  stackReference,
  type Viewport,
  WHOLE,
} from '@hsi/flamegraph';
import { type CallTree } from '@hsi/profile-model';
import { useSearch } from './use-search.ts';
import { PLAIN, readsFromRoot, type ViewOptions, viewOf } from './view-options.ts';

export interface FlameGraphOptions {
  readonly tree: CallTree;
  readonly query: string;
  readonly focus: readonly string[] | undefined;
  readonly onFocusChange: ((stack: readonly string[]) => void) | undefined;
  readonly onDetail: (() => void) | undefined;
  readonly hidden: readonly string[] | undefined;
  readonly onHiddenChange: ((ids: readonly string[]) => void) | undefined;
  readonly options: ViewOptions | undefined;
  readonly onOptionsChange: ((options: ViewOptions) => void) | undefined;
}

/** Everything a flame graph shows, and what can be done with it. */
export interface FlameGraph {
  /** As it came, before options and filters. */
  readonly tree: CallTree;
  readonly view: FlameView;
  readonly names: FrameNames;
  readonly options: ViewOptions;
  readonly setOptions: (patch: Partial<ViewOptions>) => void;
  /** Ids of the frame filters that are on. */
  readonly hidden: readonly string[];
  readonly setHidden: (ids: readonly string[]) => void;
  /** What `found` was searched for: what is typed, a little later. */
  readonly query: string;
  readonly found: SearchResult;
  readonly matched: MatchShare;
  readonly viewport: Viewport;
  /** True while the viewport is the focus's own and not one that a person panned or zoomed to. */
  readonly atFocus: boolean;
  /** `undefined` goes back to the focus's own viewport. */
  readonly setViewport: (viewport: Viewport | undefined) => void;
  readonly focusNode: number | undefined;
  /** Changes when the focus or what it is a focus of does, not with fresh data. */
  readonly focusKey: string;
  /** True when a focus is wanted whose frame is not in the view. */
  readonly focusIsMissing: boolean;
  /** The root, or `undefined`, takes the focus away. */
  readonly focusOn: (node: number | undefined) => void;
  readonly selected: number | undefined;
  readonly select: (node: number | undefined) => void;
}

const NONE: readonly string[] = [];

export function useFlameGraph(inputs: FlameGraphOptions): FlameGraph {
  const { tree } = inputs;
  const [ownOptions, setOwnOptions] = useState<ViewOptions>(PLAIN);
  const options = inputs.options ?? ownOptions;
  const [ownHidden, setOwnHidden] = useState(NONE);
  const hidden = inputs.hidden ?? ownHidden;
  const { onHiddenChange, onOptionsChange } = inputs;
  const setOptions = useCallback(
    (patch: Partial<ViewOptions>) => {
      const next = { ...options, ...patch };
      setOwnOptions(next);
      onOptionsChange?.(next);
    },
    [options, onOptionsChange],
  );
  const setHidden = useCallback(
    (ids: readonly string[]) => {
      setOwnHidden(ids);
      onHiddenChange?.(ids);
    },
    [onHiddenChange],
  );
  const view = useMemo(() => viewOf(tree, options, hidden), [tree, options, hidden]);
  const names = useMemo(() => new FrameNames(view.names), [view.names]);
  // Typing goes first: the graph follows when there is time.
  const query = useDeferredValue(inputs.query);
  const found = useSearch(view.names, query);
  const matched = useMemo(() => matchShare(view, found.matches), [view, found]);
  const focus = useFocus(view, options, inputs);
  return {
    tree,
    view,
    names,
    options,
    setOptions,
    hidden,
    setHidden,
    query,
    found,
    matched,
    ...useViewport(view, focus.focusNode, focus.key),
    focusKey: focus.key,
    focusNode: focus.focusNode,
    focusIsMissing: focus.focusIsMissing,
    focusOn: focus.focusOn,
    ...useSelection(view),
  };
}

type Focus = Pick<FlameGraph, 'focusNode' | 'focusIsMissing' | 'focusOn'> & { key: string };

/*
 * In a view that reads from the root the focus is a stack trace, which the caller may keep in the
 * address. Inverted and in a sandwich it is a place of that view only, and ends with it.
 */
function useFocus(
  view: FlameView,
  options: ViewOptions,
  { focus, onFocusChange, onDetail }: FlameGraphOptions,
): Focus {
  const [own, setOwn] = useState(NONE);
  const [inside, setInside] = useState<{ mode: string; place: Place }>();
  const stack = focus ?? own;
  const fromRoot = readsFromRoot(options);
  const mode = fromRoot ? '' : (options.sandwich ?? '(inverted)');
  const place = !fromRoot && inside?.mode === mode ? inside.place : undefined;
  const wanted = fromRoot ? stack.length > 0 : place !== undefined;
  const focusNode = useMemo(() => {
    const node = fromRoot ? findStack(view, stack) : place && findPlace(view, place);
    return node === view.root ? undefined : node;
  }, [view, fromRoot, stack, place]);
  const key = `${mode}\n${(fromRoot ? stack : (place?.names ?? NONE)).join('\n')}`;
  useDetail(view, key, focusNode ?? (wanted || !fromRoot ? view.root : undefined), onDetail);
  const focusOn = useCallback(
    (next: number | undefined) => {
      if (!fromRoot) {
        const isRoot = next === undefined || next === view.root;
        setInside(isRoot ? undefined : { mode, place: placeOf(view, next) });
        return;
      }
      const frames = next === undefined ? NONE : stackReference(stackOf(view, next));
      setOwn(frames);
      onFocusChange?.(frames);
    },
    [view, fromRoot, mode, onFocusChange],
  );
  return { focusNode, focusIsMissing: wanted && focusNode === undefined, focusOn, key };
}

/**
 * Asks for what the server left out where a person looks: below a newly focused frame, anywhere when
 * the focus of a link is not in the view, or when calls from everywhere are put together.
 */
function useDetail(
  view: FlameView,
  key: string,
  looked: number | undefined,
  onDetail: (() => void) | undefined,
): void {
  const asked = useRef<string>(undefined);
  const { below, elsewhere } = view.truncated;
  const left = looked === undefined ? 0 : (below?.[looked] ?? 0);
  const isCut = left > 0 || (looked === view.root && elsewhere > 0);
  useEffect(() => {
    // Once for each focus: an answer that is still cut must not ask again by itself.
    if (!isCut || asked.current === key) return;
    asked.current = key;
    onDetail?.();
  }, [key, isCut, onDetail]);
}

function useViewport(
  view: FlameView,
  focusNode: number | undefined,
  focusKey: string,
): Pick<FlameGraph, 'viewport' | 'atFocus' | 'setViewport'> {
  // A viewport of one's own lasts until the focus changes; fresh data keeps it.
  const [own, setOwn] = useState<{ key: string; viewport: Viewport }>();
  const ofFocus = useMemo(() => viewportOf(view, focusNode), [view, focusNode]);
  const isOwn = own?.key === focusKey;
  const setViewport = useCallback(
    (viewport: Viewport | undefined) => setOwn(viewport && { key: focusKey, viewport }),
    [focusKey],
  );
  return { viewport: isOwn ? own.viewport : ofFocus, atFocus: !isOwn, setViewport };
}

/** The viewport in which a node fills the width. */
function viewportOf(view: FlameView, node: number | undefined): Viewport {
  const whole = view.total[view.root]!;
  if (node === undefined || whole <= 0) return WHOLE;
  const left = view.start[node]! / whole;
  return { left, right: left + view.total[node]! / whole };
}

function useSelection(view: FlameView): Pick<FlameGraph, 'selected' | 'select'> {
  const [selection, setSelection] = useState<{ view: FlameView; node: number; place: Place }>();
  const select = useCallback(
    (node: number | undefined) =>
      setSelection(node === undefined ? undefined : { view, node, place: placeOf(view, node) }),
    [view],
  );
  const selected = useMemo(() => {
    if (selection === undefined || selection.view === view) return selection?.node;
    return findPlace(view, selection.place);
  }, [selection, view]);
  return { selected, select };
}
