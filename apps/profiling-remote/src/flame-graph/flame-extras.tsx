import {
  type KeyboardEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { COLOR_SCHEMES, FRAME_PRESETS, hiddenShare, textFilter } from '@hsi/flamegraph';
import { formatShare } from '@hsi/profile-model';
import { chooseColors, SCHEME_TITLES, useColors } from './color-choice.ts';
import { type WindowPoint } from './flame-canvas.tsx';
import { type Command, KEY_BINDINGS, keyLabel, keyOf } from './flame-keys.ts';
import { FLOATING, FOCUS_RING, SMALL_BUTTON } from './look.ts';
import { type FlameGraph } from './use-flame-graph.ts';
import { type Popup } from './use-flame-commands.ts';
import { TOGGLE_TITLES, TOGGLES } from './view-options.ts';

/** What opens over a flame graph. Fetched when it first opens. */
export function FlameExtras(props: {
  readonly graph: FlameGraph;
  readonly popup: Popup;
  readonly canSearch: boolean;
  readonly run: (command: Command, node: number | undefined) => void;
  /** `opener` is what had the keyboard when it opened, where that still can have it. */
  readonly onClose: (opener: HTMLElement | undefined) => void;
}): ReactNode {
  const { graph, popup, onClose: close } = props;
  const [opener] = useState(() => document.activeElement);
  const onClose = useCallback(
    () => close(opener instanceof HTMLElement && opener !== document.body ? opener : undefined),
    [close, opener],
  );
  switch (popup.kind) {
    case 'menu':
      return <FrameMenu {...props} node={popup.node} at={popup.at} onClose={onClose} />;
    case 'view':
      return <ViewDialog graph={graph} onClose={onClose} />;
    case 'help':
      return <HelpDialog onClose={onClose} />;
  }
}

const MENU: readonly { command: Command; title: string }[] = [
  { command: 'focus', title: 'Focus' },
  { command: 'sandwich', title: 'Sandwich: callers and callees' },
  { command: 'search', title: 'Search for this function' },
  { command: 'hide', title: 'Hide this function' },
  { command: 'copy-name', title: 'Copy name' },
  { command: 'copy-stack', title: 'Copy stack trace' },
  { command: 'copy-link', title: 'Copy link' },
  { command: 'view', title: 'View options…' },
  { command: 'help', title: 'Keys…' },
];

/** What can be done with one frame. */
function FrameMenu(props: {
  readonly graph: FlameGraph;
  readonly node: number;
  readonly at: WindowPoint;
  readonly canSearch: boolean;
  readonly run: (command: Command, node: number | undefined) => void;
  readonly onClose: () => void;
}): ReactNode {
  const { graph, node, at, onClose } = props;
  const box = useRef<HTMLDivElement>(null);
  const { view } = graph;
  const isFrame = node !== view.root || view.rootIsFrame;
  const items = MENU.filter(({ command }) => {
    if (command === 'search') return isFrame && props.canSearch;
    return isFrame || command === 'view' || command === 'help';
  });
  useLayoutEffect(() => {
    const menu = box.current;
    if (menu === null) return;
    const { width, height } = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.x, window.innerWidth - width - 8))}px`;
    menu.style.top = `${Math.max(8, Math.min(at.y, window.innerHeight - height - 8))}px`;
    menu.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [at]);
  useClosing(box, onClose);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const entries = [...(box.current?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])];
    const index = entries.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: -1 }[event.key];
    if (event.key === 'Tab') onClose();
    else if (next !== undefined) entries.at(next % entries.length)?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      role="menu"
      aria-label={view.names[view.name[node]!]}
      className={`${FLOATING} pf:max-w-80 pf:min-w-56 pf:py-1`}
      onKeyDown={onKeyDown}
    >
      <div className="pf:truncate pf:px-3 pf:py-1 pf:font-semibold pf:text-gray-300" dir="auto">
        {graph.names.at(view.name[node]!).function}
      </div>
      {items.map(({ command, title }) => (
        <button
          key={command}
          type="button"
          role="menuitem"
          tabIndex={-1}
          aria-keyshortcuts={keyOf(command)}
          className={`pf:flex pf:w-full pf:cursor-pointer pf:justify-between pf:gap-6 pf:px-3 pf:py-1.5 pf:text-left pf:hover:bg-gray-700 pf:focus:bg-gray-700 ${FOCUS_RING}`}
          onClick={() => {
            onClose();
            props.run(command, node);
          }}
        >
          {title}
          <span aria-hidden="true" className="pf:text-gray-300">
            {keyOf(command)}
          </span>
        </button>
      ))}
    </div>
  );
}

/** How the graph is shown: order, collapsing, frames to leave out, colours. */
function ViewDialog({
  graph,
  onClose,
}: {
  readonly graph: FlameGraph;
  readonly onClose: () => void;
}): ReactNode {
  const { tree, options, setOptions, hidden, setHidden } = graph;
  const colors = useColors();
  const group = useId();
  const presets = useMemo(
    () => FRAME_PRESETS.map((preset) => ({ ...preset, share: hiddenShare(tree, preset) })),
    [tree],
  );
  const toggle = (id: string, on: boolean): void =>
    setHidden(on ? [...hidden, id] : hidden.filter((each) => each !== id));
  return (
    <Dialog title="View" onClose={onClose}>
      <fieldset className="pf:mb-3">
        <legend className="pf:mb-1 pf:font-semibold">Shape</legend>
        {TOGGLES.map((each) => (
          <Choice
            key={each}
            type="checkbox"
            text={TOGGLE_TITLES[each]}
            checked={options[each]}
            onChange={(on) => setOptions({ [each]: on })}
          />
        ))}
      </fieldset>
      <fieldset className="pf:mb-3">
        <legend className="pf:mb-1 pf:font-semibold">Leave out frames</legend>
        <p className="pf:mb-1 pf:text-gray-300">
          Callees move up to their callers; the share is the time in the frames themselves.
        </p>
        {presets.map((preset) => (
          <Choice
            key={preset.id}
            type="checkbox"
            text={preset.title}
            detail={formatShare(preset.share)}
            checked={hidden.includes(preset.id)}
            onChange={(on) => toggle(preset.id, on)}
          />
        ))}
        <form
          className="pf:mt-1 pf:flex pf:gap-1"
          onSubmit={(event) => {
            event.preventDefault();
            const text = String(new FormData(event.currentTarget).get('text') ?? '').trim();
            if (text !== '' && !hidden.includes(textFilter(text))) toggle(textFilter(text), true);
            event.currentTarget.reset();
          }}
        >
          <input
            name="text"
            aria-label="Leave out frames whose name holds"
            placeholder="name holds …"
            className={`pf:h-7 pf:min-w-0 pf:flex-1 pf:rounded pf:border pf:border-gray-600 pf:bg-gray-800 pf:px-2 pf:placeholder:text-gray-400 ${FOCUS_RING}`}
          />
          <button type="submit" className={SMALL_BUTTON}>
            Leave out
          </button>
        </form>
      </fieldset>
      <fieldset>
        <legend className="pf:mb-1 pf:font-semibold">Colours</legend>
        {COLOR_SCHEMES.map((scheme) => (
          <Choice
            key={scheme}
            type="radio"
            name={group}
            text={SCHEME_TITLES[scheme]}
            checked={colors === scheme}
            onChange={() => chooseColors(scheme)}
          />
        ))}
      </fieldset>
    </Dialog>
  );
}

function Choice(props: {
  readonly type: 'checkbox' | 'radio';
  readonly text: string;
  readonly detail?: string;
  readonly name?: string;
  readonly checked: boolean;
  readonly onChange: (on: boolean) => void;
}): ReactNode {
  return (
    <label className="pf:flex pf:cursor-pointer pf:items-center pf:gap-2 pf:py-0.5">
      <input
        type={props.type}
        name={props.name}
        checked={props.checked}
        className="pf:accent-[#76B900]"
        onChange={(event) => props.onChange(event.target.checked)}
      />
      <span className="pf:flex-1">{props.text}</span>
      {props.detail !== undefined && (
        <span className="pf:text-gray-300 pf:tabular-nums">{props.detail}</span>
      )}
    </label>
  );
}

function HelpDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  return (
    <Dialog title="Keys of the flame graph" onClose={onClose} wide>
      <div className="pf:grid pf:gap-x-6 pf:gap-y-3 pf:sm:grid-cols-2">
        {KEY_BINDINGS.map(({ group, bindings }) => (
          <section key={group}>
            <h4 className="pf:mb-1 pf:font-semibold">{group}</h4>
            <dl className="pf:grid pf:grid-cols-[auto_1fr] pf:gap-x-3 pf:gap-y-0.5">
              {bindings.map(({ keys, title }) => (
                <div key={title} className="pf:contents">
                  <dt>
                    {keys.map((key) => (
                      <kbd
                        key={key}
                        className="pf:mr-1 pf:rounded pf:border pf:border-gray-600 pf:bg-gray-800 pf:px-1"
                      >
                        {keyLabel(key)}
                      </kbd>
                    ))}
                  </dt>
                  <dd className="pf:text-gray-300">{title}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h4 className="pf:mb-1 pf:font-semibold">Mouse and touch</h4>
          <p className="pf:text-gray-300">
            A click focuses a frame, a right click opens its menu, dragging pans. Ctrl and the
            wheel, or two fingers, zoom; Shift and the wheel pans. A touch shows a frame, a second
            touch focuses it, a long one opens its menu.
          </p>
        </section>
      </div>
    </Dialog>
  );
}

function Dialog(props: {
  readonly title: string;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode {
  const { onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const element = dialog.current;
    // Modal where the browser can: it keeps the keyboard inside and the page behind inert.
    if (element !== null && !element.open) element.showModal?.();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={title}
      className={`pf:m-auto pf:max-h-[85vh] pf:overflow-auto pf:rounded-lg pf:border pf:border-gray-600 pf:bg-gray-900 pf:p-4 pf:text-xs pf:text-gray-100 pf:shadow-lg pf:backdrop:bg-black/50 ${props.wide ? 'pf:w-[min(44rem,94vw)]' : 'pf:w-[min(22rem,94vw)]'}`}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <header className="pf:mb-3 pf:flex pf:items-center pf:justify-between">
        <h3 id={title} className="pf:text-sm pf:font-semibold">
          {props.title}
        </h3>
        <button type="button" className={SMALL_BUTTON} onClick={onClose}>
          Close
        </button>
      </header>
      {props.children}
    </dialog>
  );
}

/** A press elsewhere closes a box, and so does Escape, wherever the keyboard is. */
function useClosing(box: React.RefObject<HTMLElement | null>, onClose: () => void): void {
  useEffect(() => {
    const pressed = (event: PointerEvent): void => {
      if (!box.current?.contains(event.target as Node)) onClose();
    };
    const typed = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      event.preventDefault();
      onClose();
    };
    document.addEventListener('pointerdown', pressed, true);
    document.addEventListener('keydown', typed, true);
    return () => {
      document.removeEventListener('pointerdown', pressed, true);
      document.removeEventListener('keydown', typed, true);
    };
  }, [box, onClose]);
}
