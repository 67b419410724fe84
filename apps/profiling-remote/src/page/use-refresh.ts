import { useIsFetching } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';

/** The icon turns at least this long, so that a quick answer is seen too. */
const LEAST_MS = 500;
/** Refresh can be pressed again after this, even if something still loads. */
const MOST_MS = 15_000;

type Phase = 'idle' | 'started' | 'settling';

export interface Refresh {
  /** Number of times that Refresh was pressed. */
  readonly count: number;
  readonly busy: boolean;
  readonly press: () => void;
}

/** Refresh is busy until every query of the page has been answered and the frame is loaded. */
export function useRefresh(frameLoading: boolean): Refresh {
  const [count, setCount] = useState(0);
  const [phase, setPhase] = useState<Phase>('idle');
  const fetching = useIsFetching({ predicate: ({ meta }) => meta?.['background'] !== true });
  const loading = frameLoading || fetching > 0;

  useEffect(() => {
    if (phase === 'idle') return undefined;
    const timer = setTimeout(
      () => setPhase(phase === 'started' ? 'settling' : 'idle'),
      phase === 'started' ? LEAST_MS : MOST_MS,
    );
    return () => clearTimeout(timer);
  }, [phase]);

  if (phase === 'settling' && !loading) setPhase('idle');

  const press = useCallback(() => {
    setCount((pressed) => pressed + 1);
    setPhase('started');
  }, []);
  return { count, busy: phase !== 'idle', press };
}
