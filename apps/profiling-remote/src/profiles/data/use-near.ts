import { type RefObject, useEffect, useRef, useState } from 'react';

/** How far below the screen something is when its data is asked for. */
const MARGIN = '600px';

/** True while the element is near the screen, and always when `eager`. */
export function useNear<E extends Element>(
  eager: boolean,
): readonly [RefObject<E | null>, boolean] {
  const element = useRef<E>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (eager || element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setNear(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [eager]);
  return [element, near || eager];
}
