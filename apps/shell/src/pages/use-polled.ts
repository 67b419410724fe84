import { useCallback, useEffect, useRef, useState } from 'react';
import type * as v from 'valibot';
import { fetchJson, whyFailed } from './request.ts';

/** What a server answers, kept up to date; what was there stays while the server is away. */
export interface Polled<T> {
  readonly data: T | undefined;
  /** True when `data` answers the URL that is asked for now, not the one before. */
  readonly isCurrent: boolean;
  /** A sentence, while the latest request failed. */
  readonly problem: string | undefined;
  /** Asks now. */
  readonly refresh: () => void;
}

/**
 * Asks `url` now and every `intervalMs` while the tab is visible. Answers that do not fit `schema`
 * are a problem, not data.
 */
export function usePolled<T>(
  url: string,
  schema: v.GenericSchema<unknown, T>,
  intervalMs: number,
): Polled<T> {
  const [answered, setAnswered] = useState<{ readonly url: string; readonly data: T }>();
  const [failed, setFailed] = useState<{ readonly url: string; readonly problem: string }>();
  const askNow = useRef<() => void>(() => undefined);

  useEffect(() => {
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let turn = 0;
    const ask = async () => {
      clearTimeout(timer);
      const mine = ++turn;
      let answer: { data: T } | { problem: string };
      try {
        answer = { data: await fetchJson(url, schema, { signal: controller.signal }) };
      } catch (error) {
        answer = { problem: whyFailed(error) };
      }
      // A later question may have been answered first.
      if (controller.signal.aborted || mine !== turn) return;
      if ('data' in answer) setAnswered({ url, data: answer.data });
      setFailed('problem' in answer ? { url, problem: answer.problem } : undefined);
      timer = setTimeout(() => void (document.hidden || ask()), intervalMs);
    };
    const onVisible = () => void (document.hidden || ask());
    askNow.current = () => void ask();
    document.addEventListener('visibilitychange', onVisible);
    void ask();
    return () => {
      controller.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [url, schema, intervalMs]);

  const refresh = useCallback(() => askNow.current(), []);
  return {
    data: answered?.data,
    isCurrent: answered?.url === url,
    // A question that was refused says nothing about the one that is asked now.
    problem: failed?.url === url ? failed.problem : undefined,
    refresh,
  };
}
