import { embeddedDashboardUrl, selectionFromDashboardUrl } from '@hsi/grafana-url';
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { type PageState } from '../state/page-state.ts';
import { choiceInFrame, frameAddress, grafanaSelection } from './selection.ts';

/** How often the address of a same-origin frame is read: Grafana tells nobody of its changes. */
const READ_MS = 500;
const LEAST_HEIGHT = 320;

export interface GrafanaFrameHandle {
  /** What the person chose inside the frame and the page does not know yet. */
  readChoice(): Partial<PageState> | undefined;
}

export interface GrafanaFrameProps {
  readonly base: string;
  readonly state: PageState;
  /** Another number loads the dashboard anew. */
  readonly refreshCount: number;
  readonly onChoice: (choice: Partial<PageState>) => void;
  readonly onLoadingChange: (loading: boolean) => void;
  /** The frame has left the dashboard, for example for Grafana's login. */
  readonly onLeft: () => void;
  /** The host's own Content-Security-Policy forbids the frame. */
  readonly onBlocked: () => void;
  readonly ref?: Ref<GrafanaFrameHandle>;
}

/** The dashboard in a frame that follows the page's selection, and the page follows the frame's. */
export function GrafanaFrame(props: GrafanaFrameProps) {
  const { base, state, refreshCount, onChoice, onLoadingChange, onLeft, onBlocked, ref } = props;
  const frame = useRef<HTMLIFrameElement>(null);
  const settled = useRef(false);
  const wanted = embeddedDashboardUrl(base, grafanaSelection(state));
  // The address of the frame that stands now: a new one replaces the frame, a change of the
  // selection goes into it.
  const [opened, setOpened] = useState({ base, refreshCount, wanted, number: 0 });
  const reopen = useCallback(
    () => setOpened((last) => ({ base, refreshCount, wanted, number: last.number + 1 })),
    [base, refreshCount, wanted],
  );
  if (opened.base !== base || opened.refreshCount !== refreshCount) reopen();

  const readChoice = useCallback(() => {
    const seen = settled.current ? frameSelection(frame.current) : undefined;
    return seen === undefined ? undefined : choiceInFrame(state, seen);
  }, [state]);
  useImperativeHandle(ref, () => ({ readChoice }), [readChoice]);

  useEffect(() => {
    const read = () => {
      const choice = readChoice();
      if (choice !== undefined) onChoice(choice);
    };
    const timer = setInterval(read, READ_MS);
    // A click on the page takes the focus out of the frame just before it acts.
    window.addEventListener('focus', read);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', read);
    };
  }, [readChoice, onChoice]);

  useEffect(() => {
    settled.current = false;
    onLoadingChange(true);
    return () => onLoadingChange(false);
  }, [opened.number, onLoadingChange]);

  useEffect(() => {
    const listener = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent) => {
      const origin = new URL(base, window.location.href).origin;
      if (effectiveDirective === 'frame-src' && blockedURI.startsWith(origin)) onBlocked();
    };
    document.addEventListener('securitypolicyviolation', listener);
    return () => document.removeEventListener('securitypolicyviolation', listener);
  }, [base, onBlocked]);

  // The page's selection has changed: by the host's Back, by a link. What the person chose inside
  // the frame comes by here too, and finds the frame already there.
  const shown = useRef(wanted);
  useLayoutEffect(() => {
    if (shown.current === wanted) return;
    shown.current = wanted;
    if (opened.wanted === wanted && !settled.current) return;
    if (!moveFrame(frame.current, state, wanted, settled.current)) reopen();
  }, [wanted, state, opened.wanted, reopen]);

  const onLoad = () => {
    settled.current = true;
    onLoadingChange(false);
    const address = frameLocation(frame.current);
    if (address !== undefined && selectionFromDashboardUrl(address) === undefined) onLeft();
  };

  return (
    <iframe
      key={opened.number}
      ref={frame}
      data-testid="pyroscope-iframe"
      title="Profiling"
      src={opened.wanted}
      onLoad={onLoad}
      className="pf:block pf:w-full pf:border-0"
      style={{ height: useHeightToBottom(frame) }}
    />
  );
}

/** The frame's address, or undefined when it is of another origin. */
function frameLocation(frame: HTMLIFrameElement | null): string | undefined {
  try {
    const href = frame?.contentWindow?.location.href;
    return href === undefined || href === 'about:blank' ? undefined : href;
  } catch {
    return undefined;
  }
}

function frameSelection(frame: HTMLIFrameElement | null) {
  const address = frameLocation(frame);
  return address === undefined ? undefined : selectionFromDashboardUrl(address);
}

/**
 * Brings the frame to the page's selection the way a browser's Back would, which Grafana answers
 * without loading anew. False when that cannot be done.
 */
function moveFrame(
  frame: HTMLIFrameElement | null,
  state: PageState,
  wanted: string,
  settled: boolean,
): boolean {
  const address = frameLocation(frame);
  const seen = frameSelection(frame);
  const inside = frame?.contentWindow;
  if (!settled || address === undefined || seen === undefined || !inside) return false;
  if (choiceInFrame(state, seen) === undefined) return true;
  inside.history.replaceState(inside.history.state, '', frameAddress(address, state, wanted));
  inside.dispatchEvent(new PopStateEvent('popstate', { state: inside.history.state as unknown }));
  return true;
}

/** Height from the element's top to the bottom of the window, in pixels. */
function useHeightToBottom(element: { readonly current: HTMLElement | null }): number {
  const [height, setHeight] = useState(LEAST_HEIGHT);
  useLayoutEffect(() => {
    const measure = () => {
      const top = element.current?.getBoundingClientRect().top ?? 0;
      setHeight(Math.max(LEAST_HEIGHT, Math.floor(window.innerHeight - Math.max(0, top))));
    };
    measure();
    window.addEventListener('resize', measure);
    // What stands above the frame grows and shrinks: notices, a badge that wraps.
    const above = element.current?.parentElement;
    const observer =
      typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(measure);
    if (above?.previousElementSibling) observer?.observe(above.previousElementSibling);
    return () => {
      window.removeEventListener('resize', measure);
      observer?.disconnect();
    };
  }, [element]);
  return height;
}
