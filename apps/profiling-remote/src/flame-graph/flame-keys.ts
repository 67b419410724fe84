import { type Step } from '@hsi/flamegraph';
import { type Toggle } from './view-options.ts';

/** What can be done with a flame graph, by key, menu or button. */
export type Command =
  | 'focus'
  | 'back'
  | 'sandwich'
  | 'search'
  | 'hide'
  | 'copy-name'
  | 'copy-stack'
  | 'copy-link'
  | 'find'
  | 'next'
  | 'previous'
  | 'colors'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-reset'
  | 'pan-left'
  | 'pan-right'
  | 'view'
  | 'menu'
  | 'help'
  | Toggle;

/** What a key does. */
export type KeyAction = { readonly step: Step } | { readonly command: Command };

export interface KeyBinding {
  /** As {@link keyName} writes them; the first one is the one that is shown. */
  readonly keys: readonly string[];
  readonly title: string;
  readonly action: KeyAction;
}

const step = (value: Step): KeyAction => ({ step: value });
const command = (value: Command): KeyAction => ({ command: value });

/** The keyboard map; it holds while the graph has the focus. */
export const KEY_BINDINGS: readonly { group: string; bindings: readonly KeyBinding[] }[] = [
  {
    group: 'Move',
    bindings: [
      { keys: ['ArrowUp'], title: 'Row above: the caller', action: step('up') },
      { keys: ['ArrowDown'], title: 'Row below: the heaviest callee', action: step('down') },
      { keys: ['ArrowLeft'], title: 'Frame to the left', action: step('left') },
      { keys: ['ArrowRight'], title: 'Frame to the right', action: step('right') },
      { keys: ['Home'], title: 'The root', action: step('first') },
      { keys: ['End'], title: 'End of the heaviest way down', action: step('last') },
    ],
  },
  {
    group: 'Look closer',
    bindings: [
      { keys: ['Enter', ' '], title: 'Focus the frame', action: command('focus') },
      { keys: ['Escape', 'Backspace'], title: 'One step back', action: command('back') },
      { keys: ['s'], title: 'Sandwich: callers and callees', action: command('sandwich') },
      { keys: ['+', '='], title: 'Zoom in', action: command('zoom-in') },
      { keys: ['-'], title: 'Zoom out', action: command('zoom-out') },
      { keys: ['0'], title: 'Zoom back', action: command('zoom-reset') },
      { keys: ['Shift+ArrowLeft', '['], title: 'Pan left', action: command('pan-left') },
      { keys: ['Shift+ArrowRight', ']'], title: 'Pan right', action: command('pan-right') },
    ],
  },
  {
    group: 'Search',
    bindings: [
      { keys: ['/'], title: 'To the search field', action: command('find') },
      { keys: ['n'], title: 'Next match', action: command('next') },
      { keys: ['Shift+N', 'p'], title: 'Previous match', action: command('previous') },
      { keys: ['f'], title: 'Search for this function', action: command('search') },
    ],
  },
  {
    group: 'View',
    bindings: [
      { keys: ['i'], title: 'Invert', action: command('invert') },
      { keys: ['o'], title: 'Order: heaviest first', action: command('heaviest') },
      { keys: ['r'], title: 'Collapse recursion', action: command('recursion') },
      { keys: ['g'], title: 'Collapse similar siblings', action: command('siblings') },
      { keys: ['h'], title: 'Hide this function', action: command('hide') },
      { keys: ['b'], title: 'Next colours', action: command('colors') },
      { keys: ['v'], title: 'View options and frame filters', action: command('view') },
    ],
  },
  {
    group: 'Copy and more',
    bindings: [
      { keys: ['c'], title: 'Copy the name', action: command('copy-name') },
      { keys: ['Shift+C'], title: 'Copy the stack trace', action: command('copy-stack') },
      { keys: ['l'], title: 'Copy a link', action: command('copy-link') },
      {
        keys: ['m', 'ContextMenu', 'Shift+F10'],
        title: 'Menu of the frame',
        action: command('menu'),
      },
      { keys: ['?'], title: 'These keys', action: command('help') },
    ],
  },
];

const ACTIONS = new Map<string, KeyAction>(
  KEY_BINDINGS.flatMap(({ bindings }) =>
    bindings.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)),
  ),
);

interface KeyPress {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** A key as the bindings write it: `Shift+C`, `ArrowUp`, `?`. */
export function keyName({ key, shiftKey }: KeyPress): string {
  if (key.length > 1) return shiftKey ? `Shift+${key}` : key;
  // Signs that need Shift on some keyboards and not on others are known by themselves.
  const isLetter = key.toLowerCase() !== key.toUpperCase();
  if (!isLetter) return key;
  return shiftKey ? `Shift+${key.toUpperCase()}` : key.toLowerCase();
}

/** What a key does on a flame graph; undefined for those that belong to the browser. */
export function actionOf(press: KeyPress): KeyAction | undefined {
  if (press.ctrlKey || press.metaKey || press.altKey) return undefined;
  return ACTIONS.get(keyName(press));
}

/** The key that a menu shows for a command. */
export function keyOf(wanted: Command): string | undefined {
  for (const { bindings } of KEY_BINDINGS) {
    const found = bindings.find(({ action }) => 'command' in action && action.command === wanted);
    if (found) return keyLabel(found.keys[0]!);
  }
  return undefined;
}

const LABELS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  ' ': 'Space',
  ContextMenu: 'Menu',
};

/** A key as a person reads it. */
export function keyLabel(key: string): string {
  return key.replace(/^Shift\+/, '⇧ ').replace(/[A-Za-z]+$|^ $/, (name) => LABELS[name] ?? name);
}
