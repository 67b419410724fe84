import { useEffect, useState } from 'react';

/**
 * A part of the page that is fetched when it is first wanted. A failed load is told, not thrown, and
 * tried again the next time that it is wanted.
 */
export function useLoaded<Part>(
  wanted: boolean,
  load: () => Promise<Part>,
): { readonly part: Part | undefined; readonly failed: boolean } {
  const [part, setPart] = useState<{ value: Part }>();
  const [failed, setFailed] = useState(false);
  const needed = wanted && part === undefined;
  useEffect(() => {
    if (!needed) return;
    let current = true;
    load().then(
      (value) => current && setPart({ value }),
      () => current && setFailed(true),
    );
    return () => {
      current = false;
      setFailed(false);
    };
  }, [needed, load]);
  return { part: part?.value, failed };
}
