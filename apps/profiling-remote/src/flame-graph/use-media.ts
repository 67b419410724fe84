import { useLayoutEffect, useState } from 'react';

/** Device pixels in a CSS pixel. */
export function usePixelRatio(): number {
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
