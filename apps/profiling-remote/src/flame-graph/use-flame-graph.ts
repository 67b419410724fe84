import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import {
  findStack,
  type FlameView,
  FrameNames,
  layOut,
  type MatchShare,
  matchShare,
  type SearchResult,
  stackOf,
  type Viewport,
  WHOLE,
} from '@hsi/flamegraph';
import { type CallTree } from '@hsi/profile-model';
import { useSearch } from './use-search.ts';

export interface FlameGraphOptions {
  readonly tree: CallTree;
  readonly query: string;
  readonly focus: readonly string[] | undefined;
  readonly onFocusChange: ((stack: readonly string[]) => void) | undefined;
  readonly onDetail: ((stack: readonly string[]) => void) | undefined;
}

/** Everything a flame graph shows, and what can be done with it. */
export interface FlameGraph {
  readonly view: FlameView;
  readonly names: FrameNames;
  readonly found: SearchResult;
  readonly matched: MatchShare;
  readonly viewport: Viewport;
  /** True while the viewport is the focus's own and not one that a person panned or zoomed to. */
  readonly atFocus: boolean;
  readonly focusNode: number | undefined;
  readonly selected: number | undefined;
  readonly setViewport: (viewport: Viewport) => void;
  readonly select: (node: number | undefined) => void;
  /** The root, or `undefined`, takes the focus away. */
  readonly focusOn: (node: number | undefined) => void;
}

export function useFlameGraph(options: FlameGraphOptions): FlameGraph {
  const { tree, query } = options;
  const view = useMemo(() => layOut(tree), [tree]);
  const names = useMemo(() => new FrameNames(view.names), [view.names]);
  const found = useSearch(view.names, query);
  const matched = useMemo(() => matchShare(view, found.matches), [view, found]);
  const focus = useFocus(view, options);
  const panned = useViewport(view, focus.node, focus.key);
  const { selected, select } = useSelection(view);
  return {
    view,
    names,
    found,
    matched,
    ...panned,
    focusNode: focus.node,
    focusOn: focus.focusOn,
    selected,
    select,
  };
}

const NO_FOCUS: readonly string[] = [];

function useFocus(
  view: FlameView,
  { focus, onFocusChange, onDetail }: FlameGraphOptions,
): { node: number | undefined; key: string; focusOn: (node: number | undefined) => void } {
  const [own, setOwn] = useState<readonly string[]>(NO_FOCUS);
  const stack = focus ?? own;
  const key = stack.join('\n');
  const node = useMemo(
    () => (stack.length === 0 || view.rootIsFrame ? undefined : findStack(view, stack)),
    [view, stack],
  );
  const asked = useRef('');
  useEffect(() => {
    // Once for each focus: more detail that is still cut must not ask again by itself.
    if (key === asked.current) return;
    if (node === undefined) {
      if (key === '') asked.current = '';
      return;
    }
    asked.current = key;
    if ((view.truncated.below?.[node] ?? 0) > 0) onDetail?.(stack);
  }, [key, node, onDetail, stack, view]);
  const focusOn = useCallback(
    (next: number | undefined) => {
      const wanted = next === undefined ? NO_FOCUS : stackOf(view, next);
      setOwn(wanted);
      onFocusChange?.(wanted);
    },
    [view, onFocusChange],
  );
  return { node, key, focusOn };
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
    (viewport: Viewport) => setOwn({ key: focusKey, viewport }),
    [focusKey],
  );
  return { viewport: isOwn ? own.viewport : ofFocus, atFocus: !isOwn, setViewport };
}

/** The viewport in which a node fills the width. */
export function viewportOf(view: FlameView, node: number | undefined): Viewport {
  const whole = view.total[view.root]!;
  if (node === undefined || node === view.root || whole <= 0) return WHOLE;
  const left = view.start[node]! / whole;
  return { left, right: left + view.total[node]! / whole };
}

function useSelection(view: FlameView): Pick<FlameGraph, 'selected' | 'select'> {
  const [selection, setSelection] = useState<{
    view: FlameView;
    node: number;
    stack: readonly string[];
  }>();
  const select = useCallback(
    (node: number | undefined) =>
      setSelection(node === undefined ? undefined : { view, node, stack: stackOf(view, node) }),
    [view],
  );
  const selected = useMemo(() => {
    if (selection === undefined || selection.view === view) return selection?.node;
    return view.rootIsFrame ? undefined : findStack(view, selection.stack);
  }, [selection, view]);
  return { selected, select };
}
