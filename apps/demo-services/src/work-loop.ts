import { setTimeout as sleep } from 'node:timers/promises';

export interface WorkLoopOptions {
  /** One step of work; the next one starts after the rest. */
  readonly step: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds to rest after a step. */
  readonly restMs: () => number;
  /** The shortest rest: lets timers and input in between steps. */
  readonly shortestRestMs?: number;
  /** Takes the error of a failed step; the loop goes on. */
  readonly onError: (error: unknown) => void;
}

export interface WorkLoop {
  /** Ends the loop after the current step. */
  close(): Promise<void>;
}

/** Milliseconds to rest after a step that failed, so that a broken step does not spin. */
const REST_AFTER_ERROR_MS = 1_000;

/** Works in steps, with rests, until closed. */
export function startWorkLoop(options: WorkLoopOptions): WorkLoop {
  const stop = new AbortController();
  const done = run(options, stop.signal);
  return {
    close: () => {
      stop.abort();
      return done;
    },
  };
}

async function run(options: WorkLoopOptions, signal: AbortSignal): Promise<void> {
  const { step, restMs, shortestRestMs = 5, onError } = options;
  while (!signal.aborted) {
    let rest = shortestRestMs;
    try {
      await step(signal);
    } catch (error) {
      if (signal.aborted) return;
      onError(error);
      rest = REST_AFTER_ERROR_MS;
    }
    await sleep(Math.max(rest, restMs()), undefined, { signal }).catch(() => undefined);
  }
}
