import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { type Failure, describeFailure, isPassing } from '../model/failure.ts';

/** How long a person waits without a word. */
const SLOW_MS = 2_000;

export interface ServerState {
  /** Set while questions fail because the server is away; it applies to the whole page. */
  readonly away: Failure | undefined;
  /** True when some question has been open for two seconds. */
  readonly slow: boolean;
  /** True while any question is open. */
  readonly busy: boolean;
}

/** What all open and failed questions together say about the server. */
export function useServerState(): ServerState {
  const cache = useQueryClient().getQueryCache();
  const subscribe = (listener: () => void) => cache.subscribe(listener);
  const message = useSyncExternalStore(subscribe, () => {
    const asked = cache.getAll().filter((query) => query.isActive());
    const failed = asked.find(({ state }) => state.error !== null && isPassing(state.error));
    return failed?.queryHash ?? '';
  });
  const busy = useSyncExternalStore(subscribe, () =>
    cache.getAll().some((query) => query.isActive() && query.state.fetchStatus === 'fetching'),
  );
  const error = message === '' ? null : (cache.get(message)?.state.error ?? null);
  return { away: error === null ? undefined : describeFailure(error), busy, slow: useSlow(busy) };
}

function useSlow(busy: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [busy]);
  return slow;
}
