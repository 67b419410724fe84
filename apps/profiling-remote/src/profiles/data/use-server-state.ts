import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { PROFILES_KEY } from './rules.ts';
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
  const asked = () => cache.findAll({ queryKey: [PROFILES_KEY], type: 'active' });
  const failing = useSyncExternalStore(subscribe, () => {
    const failed = asked().find(({ state }) => state.error !== null && isPassing(state.error));
    return failed?.queryHash ?? '';
  });
  const busy = useSyncExternalStore(subscribe, () =>
    asked().some(({ state }) => state.fetchStatus === 'fetching'),
  );
  const error = failing === '' ? null : (cache.get(failing)?.state.error ?? null);
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
