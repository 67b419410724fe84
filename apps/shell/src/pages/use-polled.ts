import { useCallback, useEffect, useRef, useState } from 'react';
import * as v from 'valibot';
import { reasonOf } from '../remotes/remote-failure.ts';

const REQUEST_LIMIT_MS = 8_000;

/** What a server answers, kept up to date; what was there stays while the server is away. */
export interface Polled<T> {
  readonly data: T | undefined;
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
  const [data, setData] = useState<T>();
  const [problem, setProblem] = useState<string>();
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
        answer = { problem: reasonOf(error) };
      }
      // A later question may have been answered first.
      if (controller.signal.aborted || mine !== turn) return;
      if ('data' in answer) setData(answer.data);
      setProblem('problem' in answer ? answer.problem : undefined);
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
  return { data, problem, refresh };
}

/** The backend says it as RFC 9457 does (`detail`), the gateway as Connect does (`message`). */
const Refusal = v.union([
  v.pipe(
    v.object({ detail: v.string() }),
    v.transform(({ detail }) => detail),
  ),
  v.pipe(
    v.object({ message: v.string() }),
    v.transform(({ message }) => message),
  ),
]);

/** @throws Error with the server's own sentence where it gave one */
export async function fetchJson<T>(
  url: string,
  schema: v.GenericSchema<unknown, T>,
  init: RequestInit = {},
): Promise<T> {
  const limit = AbortSignal.timeout(REQUEST_LIMIT_MS);
  const response = await fetch(url, {
    ...init,
    signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const refusal = v.safeParse(Refusal, body);
    throw new Error(refusal.success ? refusal.output : `${url} answered ${response.status}`);
  }
  const parsed = v.safeParse(schema, body);
  if (!parsed.success) throw new Error(`${url} answered something else than expected`);
  return parsed.output;
}
