import {
  collapseRecursion,
  collapseSiblings,
  type FlameView,
  heaviestFirst,
  hiddenBy,
  hideFrames,
  invertedView,
  layOut,
  sandwich,
} from '@hsi/flamegraph';
import { type CallTree } from '@hsi/profile-model';

/** How a person wants to see a call tree. */
export interface ViewOptions {
  /** Callers below callees. */
  readonly invert: boolean;
  /** Siblings by total instead of by name. */
  readonly heaviest: boolean;
  /** Direct recursion as one call. */
  readonly recursion: boolean;
  /** Siblings that differ by their line as one. */
  readonly siblings: boolean;
  /** Function to put in the middle, with callers above and callees below; a `nameReference`. */
  readonly sandwich: string | undefined;
}

/** The options that are on or off. They stand in addresses: keep them. */
export const TOGGLES = ['invert', 'heaviest', 'recursion', 'siblings'] as const;
export type Toggle = (typeof TOGGLES)[number];

export const PLAIN: ViewOptions = {
  invert: false,
  heaviest: false,
  recursion: false,
  siblings: false,
  sandwich: undefined,
};

/** Options as an address writes them. */
export function optionsOf(toggles: readonly Toggle[], sandwich: string | undefined): ViewOptions {
  const options: Record<Toggle, boolean> = { ...PLAIN };
  for (const toggle of toggles) options[toggle] = true;
  return { ...options, sandwich };
}

/** The options that are on. */
export function togglesOf(options: ViewOptions): Toggle[] {
  return TOGGLES.filter((toggle) => options[toggle]);
}

export const TOGGLE_TITLES: Readonly<Record<Toggle, string>> = {
  invert: 'Invert (callers below)',
  heaviest: 'Heaviest first',
  recursion: 'Collapse recursion',
  siblings: 'Collapse similar siblings',
};

/** The tree as the options want it. `hidden`: ids of frame filters. */
export function viewOf(tree: CallTree, options: ViewOptions, hidden: readonly string[]): FlameView {
  const hide = hiddenBy(hidden);
  let shown = hide === undefined ? tree : hideFrames(tree, hide);
  if (options.siblings) shown = collapseSiblings(shown);
  if (options.recursion) shown = collapseRecursion(shown);
  if (options.sandwich !== undefined) return sandwich(shown, options.sandwich);
  if (options.invert) return invertedView(shown);
  return layOut(options.heaviest ? heaviestFirst(shown) : shown);
}

/** True when a stack trace of the view reads from the root, so that it can stand in an address. */
export function readsFromRoot(options: ViewOptions): boolean {
  return !options.invert && options.sandwich === undefined;
}
