import { LoadResponse, UnloadResponse } from '@hsi/backend-api';
import { useState } from 'react';
import { bytesAsMb, duration } from './format.ts';
import { fetchJson, whyFailed } from './request.ts';

/** Milliseconds that a load may take: other loads may be ahead of it. */
const ACTION_LIMIT_MS = 60_000;

export type Action = 'load' | 'unload';

/** How the last action on a model ended, as a sentence. */
export interface Outcome {
  readonly failed: boolean;
  readonly text: string;
}

export interface ModelActions {
  /** What is being done to a model at this moment. */
  readonly pending: ReadonlyMap<string, Action>;
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly act: (name: string, action: Action) => void;
}

/** Loads and unloads; `onEnd` is called after each, however it ended. */
export function useModelActions(onEnd: () => void): ModelActions {
  const [pending, setPending] = useState<ReadonlyMap<string, Action>>(new Map());
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());

  const act = async (name: string, action: Action) => {
    setPending((before) => new Map(before).set(name, action));
    setOutcomes((before) => without(before, name));
    const outcome = await ask(name, action).then(
      (text): Outcome => ({ failed: false, text }),
      (error: unknown): Outcome => ({ failed: true, text: `${whyFailed(error)}.` }),
    );
    setOutcomes((before) => new Map(before).set(name, outcome));
    setPending((before) => without(before, name));
    onEnd();
  };
  return { pending, outcomes, act: (name, action) => void act(name, action) };
}

async function ask(name: string, action: Action): Promise<string> {
  const url = `/api/models/${encodeURIComponent(name)}/${action}`;
  const init = { method: 'POST', limitMs: ACTION_LIMIT_MS };
  return action === 'load'
    ? sayLoaded(await fetchJson(url, LoadResponse, init))
    : sayUnloaded(await fetchJson(url, UnloadResponse, init));
}

function sayLoaded({ outcome, duration_ms, evicted, model }: LoadResponse): string {
  if (outcome === 'already-loaded') return 'It was loaded already.';
  const grown = model.measured_memory_bytes;
  const memory = grown === undefined ? '' : `; the process grew by ${bytesAsMb(grown)}`;
  const room = evicted.length === 0 ? '' : ` Unloaded to make room: ${evicted.join(', ')}.`;
  return `Loaded in ${duration(duration_ms)}${memory}.${room}`;
}

function sayUnloaded({ outcome, duration_ms }: UnloadResponse): string {
  return outcome === 'not-loaded' ? 'It was not loaded.' : `Unloaded in ${duration(duration_ms)}.`;
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
