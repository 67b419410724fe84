import { type ReactNode } from 'react';
import { type FlameView } from '@hsi/flamegraph';
import { type FlameGraph } from './use-flame-graph.ts';

/** Frames that the path shows; of a longer one the middle is left out. */
const SHOWN = 4;

const BUTTON =
  'pf:max-w-40 pf:cursor-pointer pf:truncate pf:rounded pf:px-1 pf:text-gray-300 pf:hover:bg-gray-700 pf:hover:text-white pf:focus-visible:outline-2 pf:focus-visible:outline-[#76B900]';

/** The way from the root to the focused frame; each step leads back to it. */
export function FlameBreadcrumb({ graph }: { readonly graph: FlameGraph }): ReactNode {
  const { view, names, focusNode } = graph;
  if (focusNode === undefined) {
    return <span />;
  }
  const path = pathTo(view, focusNode);
  const middle = path.length > SHOWN ? path.length - SHOWN : 0;
  return (
    <nav aria-label="Focused frame" className="pf:flex pf:min-w-0 pf:flex-wrap pf:items-center">
      <button type="button" className={BUTTON} onClick={() => graph.focusOn(undefined)}>
        Reset focus
      </button>
      {middle > 0 && <span className="pf:text-gray-400">› …{middle} more</span>}
      {path.slice(middle).map((node) => (
        <span key={node} className="pf:flex pf:min-w-0 pf:items-center pf:text-gray-400">
          ›
          <button
            type="button"
            className={BUTTON}
            title={view.names[view.name[node]!]}
            aria-current={node === focusNode ? 'true' : undefined}
            onClick={() => graph.focusOn(node)}
          >
            {names.at(view.name[node]!).function}
          </button>
        </span>
      ))}
    </nav>
  );
}

function pathTo(view: FlameView, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at > 0; at = view.parent[at]!) path.push(at);
  return path.reverse();
}
