import { type RefObject, useCallback, useState } from 'react';
import {
  nameFilter,
  nameReference,
  nextMatch,
  pan,
  stackOf,
  stackReference,
  zoom,
} from '@hsi/flamegraph';
import { type WindowPoint } from './flame-canvas.tsx';
import { chooseColors, nextColors, SCHEME_TITLES } from './color-choice.ts';
import { copyText } from './copy-text.ts';
import { type Command } from './flame-keys.ts';
import { type FlameGraph } from './use-flame-graph.ts';
import { readsFromRoot, type ViewOptions } from './view-options.ts';

/** What is open over the graph. */
export type Popup =
  | { readonly kind: 'menu'; readonly node: number; readonly at: WindowPoint }
  | { readonly kind: 'view' }
  | { readonly kind: 'help' };

/** What a link leads to. */
export interface ShownGraph {
  readonly options: ViewOptions;
  /** Ids of frame filters. */
  readonly hidden: readonly string[];
  /** The frame to focus, a `stackReference`; `undefined` leaves the focus as it is. */
  readonly focus: readonly string[] | undefined;
}

interface CommandOptions {
  readonly graph: FlameGraph;
  readonly searchField: RefObject<HTMLInputElement | null>;
  /** Shows the search field where it is not shown always. */
  readonly openSearch: () => void;
  readonly onQueryChange: ((query: string) => void) | undefined;
  readonly linkFor: ((shown: ShownGraph) => string) | undefined;
  /** Where a menu opens that no pointer asked for. */
  readonly pointOf: (node: number) => WindowPoint;
  /** Brings a frame into sight and selects it. */
  readonly goTo: (node: number) => void;
  /** What a command did, for eyes and ears; empty when the next one begins. */
  readonly onMessage: (message: string) => void;
}

export interface FlameCommands {
  /** Does a command to a frame; `undefined`: to none in particular. */
  readonly run: (command: Command, node: number | undefined) => void;
  readonly popup: Popup | undefined;
  readonly setPopup: (popup: Popup | undefined) => void;
}

const ZOOM_STEP = 1.5;
const PAN_STEP = 0.2;

export function useFlameCommands(options: CommandOptions): FlameCommands {
  const [popup, setPopup] = useState<Popup>();
  const { onMessage: setMessage } = options;

  const copy = useCallback(
    (what: string, text: string): void => {
      void copyText(text).then((done) =>
        setMessage(done ? `Copied the ${what}.` : 'The browser did not allow copying.'),
      );
    },
    [setMessage],
  );

  const run = (command: Command, node: number | undefined): void => {
    setMessage('');
    if (command === 'menu') {
      if (node !== undefined) setPopup({ kind: 'menu', node, at: options.pointOf(node) });
    } else if (command === 'view' || command === 'help') {
      setPopup({ kind: command });
    } else if (command === 'colors') {
      const scheme = nextColors();
      chooseColors(scheme);
      setMessage(`Colours: ${SCHEME_TITLES[scheme]}.`);
    } else if (command === 'find') {
      options.openSearch();
      options.searchField.current?.focus();
      options.searchField.current?.select();
    } else if (command.startsWith('copy-')) {
      if (node !== undefined) copyOf(command, node, options, copy);
    } else {
      change(command, node, options);
    }
  };
  return { run, popup, setPopup };
}

function copyOf(
  command: Command,
  node: number,
  { graph, linkFor }: CommandOptions,
  copy: (what: string, text: string) => void,
): void {
  const { view } = graph;
  if (command === 'copy-name') copy('name', view.names[view.name[node]!]!);
  else if (command === 'copy-stack') copy('stack trace', stackOf(view, node).join('\n'));
  else copy('link', linkFor?.(shownAt(node, graph)) ?? window.location.href);
}

// A frame of an inverted graph or a sandwich has no stack trace from the root.
function shownAt(node: number, { view, options, hidden }: FlameGraph): ShownGraph {
  const focus = readsFromRoot(options) ? stackReference(stackOf(view, node)) : undefined;
  return { options, hidden, focus };
}

function change(command: Command, node: number | undefined, options: CommandOptions): void {
  const { graph, onQueryChange, goTo } = options;
  const { view, viewport } = graph;
  const name = node === undefined ? undefined : view.names[view.name[node]!]!;
  const isFrame = node !== undefined && (node !== view.root || view.rootIsFrame);
  switch (command) {
    case 'focus':
      return graph.focusOn(node);
    case 'back':
      return stepBack(graph);
    case 'sandwich':
      if (name !== undefined && isFrame) graph.setOptions({ sandwich: nameReference(name) });
      return;
    case 'search':
      if (name !== undefined && isFrame) onQueryChange?.(`"${nameReference(name)}"`);
      return;
    case 'hide':
      if (isFrame && name) graph.setHidden([...new Set([...graph.hidden, nameFilter(name)])]);
      return;
    case 'next':
    case 'previous': {
      const match = nextMatch(graph.matched, graph.selected, command === 'next' ? 1 : -1);
      if (match !== undefined) goTo(match);
      return;
    }
    case 'zoom-in':
      return graph.setViewport(zoom(viewport, ZOOM_STEP, anchorOf(graph, node)));
    case 'zoom-out':
      return graph.setViewport(zoom(viewport, 1 / ZOOM_STEP, anchorOf(graph, node)));
    case 'zoom-reset':
      return graph.setViewport(undefined);
    case 'pan-left':
      return graph.setViewport(pan(viewport, -PAN_STEP));
    case 'pan-right':
      return graph.setViewport(pan(viewport, PAN_STEP));
    case 'invert':
      return graph.setOptions({ invert: !graph.options.invert, sandwich: undefined });
    case 'heaviest':
    case 'recursion':
    case 'siblings':
      return graph.setOptions({ [command]: !graph.options[command] });
    default:
      return;
  }
}

/** Undoes the innermost of: zoom of one's own, focus, sandwich. */
function stepBack(graph: FlameGraph): void {
  if (!graph.atFocus) graph.setViewport(undefined);
  else if (graph.focusNode !== undefined || graph.focusIsMissing) graph.focusOn(undefined);
  else if (graph.options.sandwich !== undefined) graph.setOptions({ sandwich: undefined });
  else graph.select(undefined);
}

/** Where the middle of a frame is in the visible width, so that zooming keeps it in place. */
function anchorOf({ view, viewport }: FlameGraph, node: number | undefined): number {
  const whole = view.total[view.root]!;
  if (node === undefined || whole <= 0) return 0.5;
  const middle = (view.start[node]! + view.total[node]! / 2) / whole;
  const at = (middle - viewport.left) / (viewport.right - viewport.left);
  return at >= 0 && at <= 1 ? at : 0.5;
}
