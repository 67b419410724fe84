import {
  type PointerEvent as ReactPointerEvent,
  type RefObject,
  type TouchEvent as ReactTouchEvent,
  useEffect,
  useRef,
} from 'react';
import { pan, type Viewport, WHOLE, zoom } from '@hsi/flamegraph';
import { widthIn } from './surface.ts';

/** Movement, CSS pixels, from which a press is a drag and no longer a click. */
const DRAG_FROM = 4;
/** Wheel travel, CSS pixels, that doubles the zoom. */
const WHEEL_DOUBLES = 200;
/** How long a finger rests on a frame to ask for its menu, milliseconds; as phones have it. */
const LONG_PRESS_MS = 500;
/** CSS pixels in a line, for wheels that count lines. */
const LINE = 16;

interface FlamePointerOptions {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly scroller: RefObject<HTMLElement | null>;
  readonly viewport: Viewport;
  readonly onViewport: (viewport: Viewport) => void;
  readonly onClick: (event: ReactPointerEvent) => void;
  /** A finger rested; not every phone makes a context menu event of that. */
  readonly onLongPress: (at: { clientX: number; clientY: number }) => void;
  /** What is under the pointer is about to move away. */
  readonly onLeave: () => void;
}

interface FlamePointer {
  readonly isDragging: () => boolean;
  readonly onPointerDown: (event: ReactPointerEvent<HTMLCanvasElement>) => void;
  readonly onPointerMove: (event: ReactPointerEvent) => void;
  readonly onPointerUp: (event: ReactPointerEvent) => void;
  readonly onTouchEnd: (event: ReactTouchEvent) => void;
}

interface Press {
  x: number;
  y: number;
  readonly originX: number;
  readonly originY: number;
}

/**
 * Mouse, pen and touch on the canvas: click, drag to pan, two fingers to zoom; Ctrl or Cmd and the
 * wheel zooms about the pointer, Shift and the wheel (or a sideways wheel) pans.
 */
export function useFlamePointer(options: FlamePointerOptions): FlamePointer {
  const moveTo = (viewport: Viewport): void => {
    // Two fingers move before React renders once: the second goes on from where the first came to.
    latest.current = { ...latest.current, viewport };
    options.onViewport(viewport);
  };
  const latest = useRef({ ...options, onViewport: moveTo });
  const presses = useRef(new Map<number, Press>());
  const dragging = useRef(false);
  const hasRested = useRef(false);
  const longPress = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    latest.current = { ...options, onViewport: moveTo };
  });
  useEffect(() => () => clearTimeout(longPress.current), []);
  useWheel(options.canvas, latest);

  return {
    isDragging: () => dragging.current,
    onPointerDown: (event) => {
      if (event.pointerType === 'mouse' && event.button !== 0) return;
      const { clientX: x, clientY: y } = event;
      presses.current.set(event.pointerId, { x, y, originX: x, originY: y });
      if (presses.current.size === 1) dragging.current = false;
      clearTimeout(longPress.current);
      hasRested.current = false;
      if (event.pointerType !== 'touch' || presses.current.size > 1) return;
      const { pointerId } = event;
      longPress.current = setTimeout(() => {
        // What is lifted now was no click.
        if (!presses.current.delete(pointerId)) return;
        hasRested.current = true;
        latest.current.onLongPress({ clientX: x, clientY: y });
      }, LONG_PRESS_MS);
    },
    onPointerMove: (event) => {
      const press = presses.current.get(event.pointerId);
      if (press === undefined) return;
      const travelled = Math.hypot(event.clientX - press.originX, event.clientY - press.originY);
      if (!dragging.current && travelled < DRAG_FROM) return;
      if (!dragging.current) {
        clearTimeout(longPress.current);
        dragging.current = true;
        (event.target as Element).setPointerCapture?.(event.pointerId);
      }
      if (presses.current.size > 1)
        pinch(latest.current, [...presses.current.values()], press, event);
      else drag(latest.current, press, event);
      press.x = event.clientX;
      press.y = event.clientY;
    },
    onPointerUp: (event) => {
      clearTimeout(longPress.current);
      const wasPressed = presses.current.delete(event.pointerId);
      if (wasPressed && !dragging.current && event.type === 'pointerup') options.onClick(event);
      if (presses.current.size === 0) dragging.current = false;
    },
    onTouchEnd: (event) => {
      // The mouse press that browsers make of it would take the keyboard from the menu.
      if (hasRested.current) event.preventDefault();
    },
  };
}

function drag(options: FlamePointerOptions, press: Press, event: ReactPointerEvent): void {
  const { viewport, scroller, onViewport } = options;
  const moved = pan(viewport, (press.x - event.clientX) / widthIn(scroller.current));
  if (moved.left !== viewport.left) onViewport(moved);
  // Touch scrolls natively.
  const element = scroller.current;
  if (element !== null && event.pointerType !== 'touch') {
    element.scrollTop += press.y - event.clientY;
  }
}

/** What is between the fingers stays between them, and grows as the way from one to the other does. */
function pinch(
  options: FlamePointerOptions,
  presses: readonly Press[],
  moving: Press,
  event: ReactPointerEvent,
): void {
  const still = presses.find((press) => press !== moving);
  if (still === undefined) return;
  const before = Math.hypot(moving.x - still.x, moving.y - still.y);
  const after = Math.hypot(event.clientX - still.x, event.clientY - still.y);
  if (before < 1 || after < 1) return;
  const { viewport, canvas, scroller, onViewport } = options;
  const left = canvas.current?.getBoundingClientRect().left ?? 0;
  const width = widthIn(scroller.current);
  const anchor = ((moving.x + still.x) / 2 - left) / width;
  const zoomed = zoom(viewport, after / before, Math.min(1, Math.max(0, anchor)));
  onViewport(pan(zoomed, (moving.x - event.clientX) / 2 / width));
}

// Not through React: its wheel listeners are passive and cannot keep the page from zooming.
function useWheel(
  canvas: RefObject<HTMLCanvasElement | null>,
  latest: RefObject<FlamePointerOptions>,
): void {
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      const { viewport, scroller, onViewport, onLeave } = latest.current;
      onLeave();
      const unit = event.deltaMode === 1 ? LINE : 1;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const anchor =
          (event.clientX - element.getBoundingClientRect().left) / widthIn(scroller.current);
        onViewport(zoom(viewport, 2 ** ((-event.deltaY * unit) / WHEEL_DOUBLES), anchor));
        return;
      }
      const sideways = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      const isWhole = viewport.left === WHOLE.left && viewport.right === WHOLE.right;
      if (isWhole || Math.abs(sideways) < (event.shiftKey ? 0 : Math.abs(event.deltaY))) return;
      if (sideways === 0) return;
      event.preventDefault();
      onViewport(pan(viewport, (sideways * unit) / widthIn(scroller.current)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas, latest]);
}
