import { type ComponentType, lazy } from 'react';

/**
 * A part whose code is loaded when it is first shown. Code that cannot be loaded (the server is
 * away, or a new version has replaced it) costs that part, not the view around it.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch {
      return { default: NotLoaded };
    }
  });
}

/** The longest that what can wait is kept waiting, in milliseconds. */
const PATIENCE_MS = 250;

/** Resolves when the browser has nothing more urgent to do. */
export function idle(): Promise<void> {
  return new Promise((resolve) => {
    // Safari has no idle callbacks.
    if (typeof requestIdleCallback !== 'function') setTimeout(resolve, PATIENCE_MS / 5);
    else requestIdleCallback(() => resolve(), { timeout: PATIENCE_MS });
  });
}

function NotLoaded() {
  return (
    <p role="alert" className="pf:p-3 pf:text-sm pf:text-gray-400">
      This part could not be loaded. Reload the page when the server is back.
    </p>
  );
}
