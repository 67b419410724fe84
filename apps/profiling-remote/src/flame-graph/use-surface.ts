import { type RefObject, useLayoutEffect, useMemo, useState } from 'react';
import { type Surface } from '@hsi/flamegraph';

/** Size before the first measurement, and where nothing can be measured (no layout engine). */
const UNMEASURED = 800;

/** The graphs of a grid are alike: with the width of the one before, the next is drawn only once. */
let latestWidth = UNMEASURED;

/**
 * Size of an element in CSS pixels and the device pixels in one, kept up to date. `isShown` changes
 * when the element does.
 */
export function useSurface(
  element: RefObject<HTMLElement | null>,
  height: number,
  isShown: boolean,
): Surface {
  const [width, setWidth] = useState(latestWidth);
  const pixelRatio = usePixelRatio();
  useLayoutEffect(() => {
    const measured = element.current;
    if (measured === null) return;
    const measure = (): void => {
      if (measured.clientWidth === 0) return;
      latestWidth = measured.clientWidth;
      setWidth(latestWidth);
    };
    measure();
    if (typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(measure);
    observer.observe(measured);
    return () => observer.disconnect();
  }, [element, isShown]);
  return useMemo(() => ({ width, height, pixelRatio }), [width, height, pixelRatio]);
}

function usePixelRatio(): number {
  const [ratio, setRatio] = useState(currentRatio);
  useLayoutEffect(() => {
    // A media query names one ratio: after each change the next one is listened to.
    const query = media(`(resolution: ${ratio}dppx)`);
    const changed = (): void => setRatio(currentRatio());
    query?.addEventListener('change', changed);
    return () => query?.removeEventListener('change', changed);
  }, [ratio]);
  return ratio;
}

function currentRatio(): number {
  return window.devicePixelRatio > 0 ? window.devicePixelRatio : 1;
}

function media(query: string): MediaQueryList | undefined {
  return typeof window.matchMedia === 'function' ? window.matchMedia(query) : undefined;
}

/** True while a media query matches: `(prefers-reduced-motion: reduce)`. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => media(query)?.matches ?? false);
  useLayoutEffect(() => {
    const list = media(query);
    const changed = (): void => setMatches(list?.matches ?? false);
    list?.addEventListener('change', changed);
    return () => list?.removeEventListener('change', changed);
  }, [query]);
  return matches;
}
