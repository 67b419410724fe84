import { useSyncExternalStore } from 'react';
import { COLOR_SCHEMES, type ColorScheme } from '@hsi/flamegraph';

const KEY = 'hsi-profiling.flame-colors';

export const SCHEME_TITLES: Readonly<Record<ColorScheme, string>> = {
  package: 'By package',
  value: 'By self value',
  safe: 'By package, colour-blind safe',
};

// One choice for all graphs of the page; where storage is blocked it lasts as long as the page.
let chosen: ColorScheme | undefined;
const listeners = new Set<() => void>();

function read(): ColorScheme {
  return (chosen ??= stored() ?? 'package');
}

function stored(): ColorScheme | undefined {
  try {
    const value = window.localStorage.getItem(KEY);
    return COLOR_SCHEMES.find((scheme) => scheme === value);
  } catch {
    return undefined;
  }
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Chooses the colours of all flame graphs, and remembers it. */
export function chooseColors(scheme: ColorScheme): void {
  chosen = scheme;
  try {
    window.localStorage.setItem(KEY, scheme);
  } catch {
    // Blocked or full: nothing to do about it.
  }
  for (const listener of listeners) listener();
}

/** The scheme after the present one. */
export function nextColors(): ColorScheme {
  const at = COLOR_SCHEMES.indexOf(read());
  return COLOR_SCHEMES[(at + 1) % COLOR_SCHEMES.length]!;
}

export function useColors(): ColorScheme {
  return useSyncExternalStore(listen, read);
}
