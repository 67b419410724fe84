import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { isPassing } from '../model/failure.ts';
import { type Question } from './questions.ts';
import { QUERY_RULES } from './rules.ts';

/** The state of one question to the server, as a part of the page shows it. */
export interface Answer<T> {
  /** The latest answer to this question, or to the same one asked earlier. */
  readonly data: T | undefined;
  /** True when `data` answers an earlier time or has not been renewed because of `error`. */
  readonly stale: boolean;
  /** When `data` arrived, in milliseconds since 1970. */
  readonly arrivedAt: number | undefined;
  readonly error: Error | undefined;
  readonly fetching: boolean;
  readonly retry: () => void;
}

/**
 * Asks, and keeps the last answer on the screen while the same question is asked again or cannot
 * be answered for a while. An answer to a question of another scope, or to one that the server has
 * refused since, is never shown in its place.
 */
export function useAnswer<T>(question: Question<T>, enabled = true): Answer<T> {
  const { scope, queryKey, queryFn } = question;
  const query = useQuery<T>({ ...QUERY_RULES, queryKey, queryFn, enabled });
  const [kept, setKept] = useState<{ scope: string; data: T; arrivedAt: number }>();
  const { data, dataUpdatedAt, error } = query;
  if (data !== undefined && (kept?.data !== data || kept.scope !== scope)) {
    setKept({ scope, data, arrivedAt: dataUpdatedAt });
  }
  const refused = error !== null && !isPassing(error);
  const shown =
    data !== undefined
      ? { data, arrivedAt: dataUpdatedAt }
      : kept?.scope === scope && !refused
        ? kept
        : undefined;
  return {
    data: shown?.data,
    stale: shown !== undefined && (data === undefined || error !== null),
    arrivedAt: shown?.arrivedAt,
    error: error ?? undefined,
    fetching: query.fetchStatus === 'fetching',
    retry: () => void query.refetch(),
  };
}
