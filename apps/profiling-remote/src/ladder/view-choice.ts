import { type PageState, type PageView } from '../state/page-state.ts';

/** Where the browser keeps the view that the person last chose. */
const CHOSEN = 'hsi-profiling.view';
/** Where it keeps what the page last showed: `frame` or `native`. */
const SHOWN = 'hsi-profiling.shown';

/** The remembered view; undefined when there is none or the browser keeps nothing for this page. */
export function rememberedView(): PageView | undefined {
  const value = read(CHOSEN);
  return value === 'dashboard' || value === 'profiles' ? value : undefined;
}

export function rememberView(view: PageView): void {
  write(CHOSEN, view);
}

export function rememberShown(shown: 'frame' | 'native'): void {
  write(SHOWN, shown);
}

/** Why the dashboard cannot show what the state holds, as a sentence; undefined when it can. */
export function nativeOnly(state: Pick<PageState, 'spanId' | 'filters'>): string | undefined {
  if (state.spanId !== undefined) return 'Grafana’s dashboard cannot show one span.';
  if (state.filters.length > 0) return 'Grafana’s dashboard cannot filter by label.';
  return undefined;
}

/**
 * Whether the page will probably show the native view, before Grafana has been asked: it was chosen
 * or is the only one that can, or nothing says that the dashboard was shown the last time.
 */
export function expectsNative(state: PageState): boolean {
  const wanted = state.view ?? (nativeOnly(state) === undefined ? rememberedView() : 'profiles');
  return wanted === 'profiles' || wanted === 'compare' || read(SHOWN) !== 'frame';
}

// Storage is refused in some frames and private windows; then nothing is remembered.

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    return;
  }
}
