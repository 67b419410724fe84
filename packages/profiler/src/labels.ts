import { innerScope, type LabelScope, type ProfilingLabels } from './label-scope.ts';
import { tracker } from './scope-tracker.ts';

/**
 * Runs `fn` with labels on its samples and returns what it returns (or throws what it throws).
 *
 * The labels stay across `await`, timers, streams and callbacks that start inside, add to the
 * labels outside (the inner value wins), and never reach other work. They are in force until `fn`
 * returns, or, when it returns a promise, until that settles. Callbacks that a function without a
 * promise leaves behind keep them.
 *
 * Without a running profiler it just calls `fn`.
 *
 * @param labels names and values, e.g. `{ model: 'clip-vit-l' }`. Few different values per name:
 *   each becomes a series on the server.
 */
export function withProfilingLabels<T>(labels: ProfilingLabels, fn: () => T): T {
  if (!tracker.active) return fn();
  const scope = innerScope(tracker.scope, labels);
  let result: T;
  try {
    result = tracker.run(scope, fn);
  } catch (error) {
    scope.end();
    throw error;
  }
  return endWith(scope, result);
}

/** The labels of the running code; empty without a running profiler. */
export function profilingLabels(): Readonly<Record<string, string>> {
  return tracker.scope.labels;
}

/**
 * Ends the scope when the result settles, so that what outlives the call (a pooled connection, a
 * housekeeping timer) does not go on with its labels. Only for plain promises: another thenable is
 * the caller's own object and must reach it unchanged.
 */
function endWith<T>(scope: LabelScope, result: T): T {
  if (!(result instanceof Promise) || result.constructor !== Promise) {
    scope.keep();
    return result;
  }
  const settled = result.then(
    (value: unknown) => {
      scope.end();
      return value;
    },
    (error: unknown) => {
      scope.end();
      throw error;
    },
  );
  return settled as T;
}
