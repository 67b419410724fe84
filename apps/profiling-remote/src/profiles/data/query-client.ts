import { QueryClient } from '@tanstack/react-query';
import { isPassing } from '../model/failure.ts';

/** How often a question without an answer is repeated until the server is back. */
const RECOVERY_MS = 3_000;

/** The rules by which the native view asks: quick to retry, quick to recover, nothing asked twice. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // A refresh is another question (its key differs), so an answer never goes stale by age.
        staleTime: Infinity,
        // Every refresh leaves trees behind that nobody looks at again.
        gcTime: 60_000,
        retry: (failures, error) => failures < 2 && isPassing(error),
        retryDelay: (failures) => 250 * 2 ** failures,
        refetchInterval: ({ state }) =>
          state.status === 'error' && state.error !== null && isPassing(state.error)
            ? RECOVERY_MS
            : false,
        refetchOnWindowFocus: ({ state }) => state.status === 'error' && 'always',
        refetchOnReconnect: ({ state }) => state.status === 'error' && 'always',
        // The servers are on this machine or in the local network: the browser's guess about being
        // online says nothing about them.
        networkMode: 'always',
        // Trees are columns of numbers; comparing them costs more than drawing them.
        structuralSharing: false,
      },
    },
  });
}
