import { type ReactNode } from 'react';
import { formatShare, formatValue, type SampleUnit } from '@hsi/profile-model';
import { type FlameGraph } from './use-flame-graph.ts';

/** What the search matches and what the server left out, each as a share of the total. */
export function FlameReadout({
  graph,
  unit,
}: {
  readonly graph: FlameGraph;
  readonly unit: SampleUnit;
}): ReactNode {
  const { view, found, matched } = graph;
  const { truncated } = view;
  const whole = view.total[view.root]!;
  return (
    <div className="pf:flex pf:flex-wrap pf:items-center pf:gap-x-3 pf:text-gray-300">
      <span role="status">
        {found.kind !== 'none' &&
          (found.problem ??
            `${found.kind === 'fuzzy' ? 'similar names match' : 'matches'} ${formatShare(share(matched.total, whole))} of total`)}
      </span>
      {truncated.frames > 0 && (
        <span
          title={`${formatValue(truncated.total, unit)} below these frames was left out of the server's answer. Focus a frame to ask for its detail.`}
        >
          {truncated.frames} {truncated.frames === 1 ? 'frame' : 'frames'},{' '}
          {formatShare(share(truncated.total, whole))} of total hidden
        </span>
      )}
    </div>
  );
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
