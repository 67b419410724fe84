import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import {
  centerRow,
  DARK,
  fills,
  FORCED_COLORS,
  HIGH_CONTRAST,
  pointBelow,
  revealInViewport,
  revealRow,
  rowCount,
  type Theme,
} from '@hsi/flamegraph';
import { useColors } from './color-choice.ts';
import { type WindowPoint } from './flame-canvas.tsx';
import { type Picture } from './flame-painter.ts';
import { type FlameGraph } from './use-flame-graph.ts';
import { surfaceIn } from './surface.ts';
import { useMedia, usePixelRatio } from './use-media.ts';

/** A frame that is pointed at, by pointer or keyboard. */
export interface Pointed {
  readonly node: number;
  readonly at: WindowPoint;
}

/** The canvas with what lies over it. */
export interface FlameStage {
  /** Scrolls, and has the keyboard. */
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly picture: Picture;
  readonly glide: boolean;
  readonly pointed: Pointed | undefined;
  readonly point: (node: number | undefined, at: WindowPoint) => void;
  readonly pointOf: (node: number) => WindowPoint;
  /** Selects a frame and brings it into sight. */
  readonly goTo: (node: number) => void;
  readonly focusTree: () => void;
}

/** Scrolls to what a new focus, a link's focus or a sandwich is about; fresh data scrolls nothing. */
function useFocusInSight(
  { view, focusKey, focusNode, focusIsMissing, selected }: FlameGraph,
  scroller: RefObject<HTMLDivElement | null>,
  height: number,
): void {
  const shown = useRef<string>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (shown.current === focusKey || focusIsMissing || element === null) return;
    if (rowCount(view) === 0) return;
    shown.current = focusKey;
    const node = focusNode ?? (view.rootIsFrame ? view.root : selected);
    if (node === undefined) return;
    element.scrollTop = centerRow(view, node, element.scrollTop, height);
  }, [view, focusKey, focusNode, focusIsMissing, selected, scroller, height]);
}

function useTheme(): Theme {
  const isForced = useMedia('(forced-colors: active)');
  const wantsContrast = useMedia('(prefers-contrast: more)');
  const isDark = useMedia('(prefers-color-scheme: dark)');
  // An object of its own for each of the system's schemes, so that a change repaints.
  const forced = useMemo(() => ({ ...FORCED_COLORS, isDark }), [isDark]);
  return isForced ? forced : wantsContrast ? HIGH_CONTRAST : DARK;
}

export function useStage(graph: FlameGraph, height: number): FlameStage {
  const scroller = useRef<HTMLDivElement>(null);
  const pixelRatio = usePixelRatio();
  const theme = useTheme();
  const reducedMotion = useMedia('(prefers-reduced-motion: reduce)');
  const colors = useColors();
  const { tree, view, names, found, selected, viewport, select, setViewport } = graph;
  const [state, setState] = useState<Pointed & { view: FlameGraph['view'] }>();
  // A node's number means nothing in another view.
  const pointed = state?.view === view ? state : undefined;
  const fill = useMemo(() => fills(view, names, colors, tree), [view, names, colors, tree]);
  const hovered = pointed?.node;
  const { matches } = found;
  const picture = useMemo(
    () => ({ view, names, fill, height, pixelRatio, theme, matches, selected, hovered }),
    [view, names, fill, height, pixelRatio, theme, matches, selected, hovered],
  );
  const point = useCallback(
    (node: number | undefined, at: WindowPoint) =>
      setState(node === undefined ? undefined : { node, at, view }),
    [view],
  );
  const pointOf = useCallback(
    (node: number): WindowPoint => {
      const box = scroller.current?.getBoundingClientRect();
      const scrollTop = scroller.current?.scrollTop ?? 0;
      const surface = surfaceIn(scroller.current, height, pixelRatio);
      const on = pointBelow(view, node, viewport, surface, scrollTop);
      return { x: (box?.left ?? 0) + on.x, y: (box?.top ?? 0) + on.y };
    },
    [view, viewport, height, pixelRatio],
  );
  const goTo = useCallback(
    (node: number) => {
      select(node);
      const element = scroller.current;
      const scrollTop = revealRow(view, node, element?.scrollTop ?? 0, height);
      if (element !== null) element.scrollTop = scrollTop;
      const seen = revealInViewport(view, node, viewport);
      if (seen !== viewport) setViewport(seen);
      const box = element?.getBoundingClientRect();
      const surface = surfaceIn(element, height, pixelRatio);
      const on = pointBelow(view, node, seen, surface, scrollTop);
      point(node, { x: (box?.left ?? 0) + on.x, y: (box?.top ?? 0) + on.y });
    },
    [view, viewport, height, pixelRatio, select, setViewport, point],
  );
  useFocusInSight(graph, scroller, height);
  const focusTree = useCallback(() => scroller.current?.focus({ preventScroll: true }), []);
  return {
    scroller,
    picture,
    glide: graph.atFocus && !reducedMotion,
    pointed,
    point,
    pointOf,
    goTo,
    focusTree,
  };
}
