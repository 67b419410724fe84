import { type ReactNode } from 'react';
import { type FlameView } from '@hsi/flamegraph';
import { FOCUS_RING } from './look.ts';
import { type FlameGraph } from './use-flame-graph.ts';

/** Frames that the path shows; of a longer one the beginning is left out. */
const SHOWN = 3;

const BUTTON = `pf:max-w-40 pf:cursor-pointer pf:truncate pf:rounded pf:px-1 pf:text-gray-200 pf:hover:bg-gray-700 pf:hover:text-white ${FOCUS_RING}`;

/** The way from the root to the focused frame; each step leads back to it. */
export function FlameBreadcrumb({ graph }: { readonly graph: FlameGraph }): ReactNode {
  const { view, names, focusNode, focusIsMissing } = graph;
  if (focusNode === undefined && !focusIsMissing && graph.atFocus) return null;
  const path = focusNode === undefined ? [] : pathTo(view, focusNode);
  const left = Math.max(0, path.length - SHOWN);
  return (
    <nav aria-label="Focus" className="pf:flex pf:min-w-0 pf:flex-wrap pf:items-center">
      {focusNode === undefined && !focusIsMissing ? (
        <button type="button" className={BUTTON} onClick={() => graph.setViewport(undefined)}>
          Reset zoom
        </button>
      ) : (
        <button type="button" className={BUTTON} onClick={() => graph.focusOn(undefined)}>
          Reset focus
        </button>
      )}
      {focusIsMissing && (
        <span className="pf:text-gray-300">the focused frame is not in this graph</span>
      )}
      {left > 0 && <span className="pf:text-gray-300">› {left} more</span>}
      {path.slice(left).map((node) => (
        <span key={node} className="pf:flex pf:min-w-0 pf:items-center pf:text-gray-400">
          ›
          <button
            type="button"
            className={BUTTON}
            title={view.names[view.name[node]!]}
            aria-current={node === focusNode ? 'true' : undefined}
            onClick={() => graph.focusOn(node)}
          >
            <bdi>{names.at(view.name[node]!).function}</bdi>
          </button>
        </span>
      ))}
    </nav>
  );
}

function pathTo(view: FlameView, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at > 0; at = view.parent[at]!) path.unshift(at);
  return path;
}
