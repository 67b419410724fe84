import { type PageView } from '../state/page-state.ts';

/** Where the browser keeps the view that the person last chose. */
const KEY = 'hsi-profiling.view';

/** The remembered view; undefined when there is none or the browser keeps nothing for this page. */
export function rememberedView(): PageView | undefined {
  try {
    const value = window.localStorage.getItem(KEY);
    return value === 'dashboard' || value === 'profiles' ? value : undefined;
  } catch {
    return undefined;
  }
}

export function rememberView(view: PageView): void {
  try {
    window.localStorage.setItem(KEY, view);
  } catch {
    // Storage is refused in some frames and private windows; the address still holds the choice.
  }
}
