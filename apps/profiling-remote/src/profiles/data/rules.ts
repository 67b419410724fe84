import { type Query } from '@tanstack/react-query';
import { isPassing } from '../model/failure.ts';

/** Every question to the profile server has a key that starts with this. */
export const PROFILES_KEY = 'profiles';

/** How often a question without an answer is repeated until the server is back. */
const RECOVERY_MS = 3_000;

const isFailed = ({ state }: Pick<Query, 'state'>) =>
  state.status === 'error' && state.error !== null && isPassing(state.error);

/** The rules by which the native view asks: quick to retry, quick to recover, nothing asked twice. */
export const QUERY_RULES = {
  // A refresh is another question (its key differs), so an answer never goes stale by age.
  staleTime: Infinity,
  // Every refresh leaves trees behind that nobody looks at again.
  gcTime: 60_000,
  retry: (failures: number, error: Error) => failures < 2 && isPassing(error),
  retryDelay: (failures: number) => 250 * 2 ** failures,
  refetchInterval: (query: Pick<Query, 'state'>) => (isFailed(query) ? RECOVERY_MS : false),
  refetchOnWindowFocus: (query: Pick<Query, 'state'>) => isFailed(query) && ('always' as const),
  // The servers are on this machine or in the local network: the browser's guess about being online
  // says nothing about them.
  networkMode: 'always' as const,
  // Trees are columns of numbers; comparing them costs more than drawing them.
  structuralSharing: false,
};
