import { type ReactNode, useCallback, useMemo, useRef, useState } from 'react';
import { DARK, fills, HIGH_CONTRAST } from '@hsi/flamegraph';
import { type CallTree, formatValue, type SampleUnit } from '@hsi/profile-model';
import { FlameBreadcrumb } from './flame-breadcrumb.tsx';
import { FlameCanvas, type WindowPoint } from './flame-canvas.tsx';
import { FlameReadout } from './flame-readout.tsx';
import { FlameTooltip } from './flame-tooltip.tsx';
import { useFlameGraph } from './use-flame-graph.ts';
import { useMedia, useSurface } from './use-surface.ts';

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
  /** Frames below this stack trace were cut by the server and are wanted now. */
  readonly onDetail?: (stack: readonly string[]) => void;
}

const DEFAULT_HEIGHT = 360;

/** A flame graph with its title, search readout and way back. Fetches nothing. */
export function FlameGraphPanel(props: FlameGraphPanelProps): ReactNode {
  const { tree, unit, height = DEFAULT_HEIGHT } = props;
  const graph = useFlameGraph({
    tree,
    query: props.query,
    focus: props.focus,
    onFocusChange: props.onFocusChange,
    onDetail: props.onDetail,
  });
  const scroller = useRef<HTMLDivElement>(null);
  const surface = useSurface(scroller, height);
  const theme = useMedia('(prefers-contrast: more)') ? HIGH_CONTRAST : DARK;
  const reducedMotion = useMedia('(prefers-reduced-motion: reduce)');
  const [hover, setHover] = useState<{ node: number; at: WindowPoint }>();
  const { view, names, found, selected } = graph;
  const fill = useMemo(() => fills(view, names, 'package'), [view, names]);
  const hovered = hover?.node;
  const picture = useMemo(
    () => ({ view, names, fill, surface, theme, matches: found.matches, selected, hovered }),
    [view, names, fill, surface, theme, found, selected, hovered],
  );
  const onHover = useCallback((node: number | undefined, at: WindowPoint) => {
    setHover(node === undefined ? undefined : { node, at });
  }, []);
  const total = tree.total[0] ?? 0;

  return (
    <section
      data-testid={props.testId}
      data-total={total}
      aria-label={`${props.title} flame graph`}
      className="pf:min-w-0 pf:rounded-lg pf:border pf:border-gray-800 pf:bg-gray-800 pf:text-gray-100"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && graph.focusNode !== undefined) graph.focusOn(undefined);
      }}
    >
      <header className="pf:flex pf:flex-wrap pf:items-baseline pf:gap-x-3 pf:gap-y-1 pf:px-3 pf:pt-2">
        <h3 className="pf:text-sm pf:font-semibold">{props.title}</h3>
        <span className="pf:text-xs pf:text-gray-300 pf:tabular-nums">
          {formatValue(total, unit)}
        </span>
        {props.note}
      </header>
      <div className="pf:flex pf:min-h-7 pf:flex-wrap pf:items-center pf:justify-between pf:gap-x-3 pf:px-3 pf:py-1 pf:text-xs">
        <FlameBreadcrumb graph={graph} />
        <FlameReadout graph={graph} unit={unit} />
      </div>
      {total > 0 ? (
        <FlameCanvas
          picture={picture}
          surface={surface}
          viewport={graph.viewport}
          glide={graph.atFocus && !reducedMotion}
          scroller={scroller}
          onViewport={graph.setViewport}
          onHover={onHover}
          onPick={graph.focusOn}
          onMenu={() => undefined}
        />
      ) : (
        <p
          className="pf:flex pf:items-center pf:justify-center pf:text-sm pf:text-gray-400"
          style={{ height }}
        >
          No samples in this selection.
        </p>
      )}
      {hover !== undefined && view.row[hover.node] !== undefined && (
        <FlameTooltip view={view} node={hover.node} at={hover.at} unit={unit} />
      )}
    </section>
  );
}
