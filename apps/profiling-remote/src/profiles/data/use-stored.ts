import { useState } from 'react';

/** A choice that the browser remembers, one of `options`; `fallback` where it cannot. */
export function useStored<T extends string>(
  key: string,
  options: readonly T[],
  fallback: T,
): readonly [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => {
    const stored = read(key);
    return options.find((option) => option === stored) ?? fallback;
  });
  const store = (next: T) => {
    setValue(next);
    write(key, next);
  };
  return [value, store];
}

// Storage is refused in private windows and by policies: then the choice lasts as long as the page.
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}
