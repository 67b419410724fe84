import { notifyManager, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useLate } from './use-late.ts';
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
  // Not at once: a question that is first asked while a part renders must not render another one.
  const subscribe = (listener: () => void) => cache.subscribe(notifyManager.batchCalls(listener));
  const asked = () => cache.findAll({ queryKey: [PROFILES_KEY], type: 'active' });
  const failing = useSyncExternalStore(subscribe, () => {
    const failed = asked().find(({ state }) => state.error !== null && isPassing(state.error));
    return failed?.queryHash ?? '';
  });
  const busy = useSyncExternalStore(subscribe, () =>
    asked().some(({ state }) => state.fetchStatus === 'fetching'),
  );
  const error = failing === '' ? null : (cache.get(failing)?.state.error ?? null);
  return {
    away: error === null ? undefined : describeFailure(error),
    busy,
    slow: useLate(busy, SLOW_MS),
  };
}
