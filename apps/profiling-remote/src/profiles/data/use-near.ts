import { type RefObject, useEffect, useRef, useState } from 'react';

/** How far below the screen something is when its data is asked for. */
const MARGIN = '600px';

/** True from the moment that the element comes near the screen, or at once when `eager`. */
export function useNear<E extends Element>(
  eager: boolean,
): readonly [RefObject<E | null>, boolean] {
  const element = useRef<E>(null);
  const [near, setNear] = useState(eager);
  useEffect(() => {
    if (near || element.current === null) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near]);
  return [element, near || eager];
}
