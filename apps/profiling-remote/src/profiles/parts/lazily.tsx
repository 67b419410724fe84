import { type ComponentType, type ReactNode, useEffect, useState } from 'react';

/** A component whose code comes later. */
export interface Lazily<Props> {
  (props: Props): ReactNode;
  /** Loads the code now, so that the part is there at once when it is shown. */
  readonly preload: () => void;
}

/**
 * A part whose code is loaded when it is first shown, with `waiting` in its place. Code that cannot
 * be loaded (the server is away, or a new version has replaced it) costs that part, not the view
 * around it. Not `React.lazy`: what a Suspense boundary reveals can be held back by 300 ms, and code
 * that is already there still shows the fallback for a moment.
 */
export function lazily<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  waiting: ReactNode = null,
): Lazily<Props> {
  let loaded: ComponentType<Props> | undefined;
  const start = async (): Promise<ComponentType<Props>> => {
    try {
      return (loaded ??= await load());
    } catch {
      return NotLoaded;
    }
  };
  const Part = (props: Props) => {
    const [Loaded, setLoaded] = useState(() => loaded);
    useEffect(() => {
      if (Loaded !== undefined) return undefined;
      let isShown = true;
      void start().then((component) => isShown && setLoaded(() => component));
      return () => {
        isShown = false;
      };
    }, [Loaded]);
    return Loaded === undefined ? waiting : <Loaded {...props} />;
  };
  return Object.assign(Part, { preload: () => void start() });
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
