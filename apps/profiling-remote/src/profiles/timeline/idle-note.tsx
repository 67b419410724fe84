import { SERVICES, displayName } from '@hsi/model-zoo-catalog';
import { formatShare } from '@hsi/profile-model';
import { useQueries } from '@tanstack/react-query';
import { NODES } from '../data/graph.ts';
import { useView } from '../data/view-context.tsx';
import { splitIdle } from '../model/idle.ts';
import { hasIdleFrames } from '../model/profile-types.ts';
import { MUTED } from '../parts/look.ts';

/** Less than this is not worth a word. */
const LEAST_SHARE = 0.01;

export interface IdleNoteProps {
  readonly service: string | undefined;
  readonly model: string | undefined;
}

/**
 * The server cannot leave `(idle)` out of a series, so the lines count it while the graphs do not:
 * says how much, from the graphs that are loaded anyway.
 */
export function IdleNote({ service, model }: IdleNoteProps) {
  const { state, questions } = useView();
  const names = service === undefined ? SERVICES.map(({ serviceName }) => serviceName) : [service];
  const { type, filters } = state;
  const answers = useQueries({
    queries: names.map((name) => {
      const question = questions.graph({
        service: name,
        model,
        type,
        filters,
        maxNodes: service === undefined ? NODES.inGrid : NODES.large,
      });
      return { queryKey: question.queryKey, queryFn: question.queryFn, enabled: false };
    }),
  });
  if (!hasIdleFrames(type)) return null;
  const shares = names.flatMap((name, index) => {
    const data = answers[index]?.data;
    const share = data === undefined ? 0 : splitIdle(data.tree).idleShare;
    return share < LEAST_SHARE ? [] : [`${displayName(name)} ${formatShare(share)}`];
  });
  if (shares.length === 0) return null;
  return (
    <span
      className={MUTED}
      title="The server cannot leave it out of the lines; the flame graphs do."
    >
      with (idle): {shares.join(', ')}
    </span>
  );
}
