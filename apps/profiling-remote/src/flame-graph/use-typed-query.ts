import { useCallback, useEffect, useRef, useState } from 'react';

/** How long letters are collected before the graph and the address follow, milliseconds. */
const COLLECT_MS = 60;

export interface TypedQuery {
  /** What the field shows. */
  readonly text: string;
  readonly type: (text: string) => void;
  /** What was typed becomes the query now. */
  readonly finish: () => void;
}

/**
 * The text of a search field. Searching tens of thousands of frames and painting them takes longer
 * than a letter may, so the field shows letters at once and the query follows between them.
 */
export function useTypedQuery(query: string, onQueryChange: (query: string) => void): TypedQuery {
  const [typed, setTyped] = useState<string>();
  const [known, setKnown] = useState(query);
  const [isWaiting, setIsWaiting] = useState(false);
  if (known !== query) {
    setKnown(query);
    // The query has followed, or came from elsewhere.
    if (!isWaiting) setTyped(undefined);
  }
  const latest = useRef({ typed, onQueryChange });
  useEffect(() => {
    latest.current.onQueryChange = onQueryChange;
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const finish = useCallback(() => {
    if (timer.current === undefined) return;
    clearTimeout(timer.current);
    timer.current = undefined;
    setIsWaiting(false);
    latest.current.onQueryChange(latest.current.typed ?? '');
  }, []);
  const type = useCallback(
    (text: string) => {
      latest.current.typed = text;
      setTyped(text);
      setIsWaiting(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(finish, COLLECT_MS);
    },
    [finish],
  );
  // Letters that a person has seen are not lost when the field goes away.
  useEffect(() => finish, [finish]);
  return { text: typed ?? query, type, finish };
}
