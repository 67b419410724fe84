/** A page that has loaded nothing for this long is quiet, in milliseconds. */
const QUIET_MS = 250;

/** Calls `then` once: when the page has loaded, fetches nothing, and the browser has time. */
export function whenQuiet(window: Window & typeof globalThis, then: () => void): void {
  let timer: number | undefined;
  const observer = new window.PerformanceObserver(() => wait());
  const wait = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      observer.disconnect();
      // Safari has no idle callbacks.
      if ('requestIdleCallback' in window) window.requestIdleCallback(() => then());
      else then();
    }, QUIET_MS);
  };
  const begin = () => {
    observer.observe({ type: 'resource' });
    wait();
  };
  if (window.document.readyState === 'complete') begin();
  else window.addEventListener('load', begin, { once: true });
}
