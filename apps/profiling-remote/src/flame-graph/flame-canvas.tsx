import {
  type PointerEvent as ReactPointerEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from 'react';
import { hitTest, ROW_HEIGHT, rowCount, type Viewport } from '@hsi/flamegraph';
import { FlamePainter, type Picture } from './flame-painter.ts';
import { useFlamePointer } from './use-flame-pointer.ts';

/** A place in the window, CSS pixels. */
export interface WindowPoint {
  readonly x: number;
  readonly y: number;
}

export interface FlameCanvasProps {
  readonly picture: Picture;
  readonly viewport: Viewport;
  /** Glide to a new viewport instead of jumping. */
  readonly glide: boolean;
  /** The scrolling element that the canvas is in. */
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly onViewport: (viewport: Viewport) => void;
  /** `undefined`: the pointer is over no frame. */
  readonly onHover: (node: number | undefined, at: WindowPoint) => void;
  readonly onPick: (node: number, byTouch: boolean) => void;
  readonly onMenu: (node: number, at: WindowPoint) => void;
}

/**
 * The canvas of a flame graph. The element that it is in scrolls natively (wheel, touch, scrollbar,
 * Page Down): the canvas sticks to its top and draws the rows that are scrolled to.
 */
export function FlameCanvas(props: FlameCanvasProps): ReactNode {
  const { picture, viewport, glide, scroller } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const painter = useRef<FlamePainter>(undefined);

  useLayoutEffect(() => {
    if (canvas.current === null) return;
    painter.current = new FlamePainter(canvas.current);
    return () => painter.current?.stop();
  }, []);
  useLayoutEffect(() => {
    painter.current?.paint(picture, viewport, glide);
  }, [picture, viewport, glide]);
  useLayoutEffect(() => {
    // Not by `scroller`, which is not set yet: effects of what is inside run first.
    const element = canvas.current?.parentElement ?? null;
    if (element === null || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => painter.current?.refit());
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = scroller.current;
    const follow = (): void => painter.current?.scrollTo(element?.scrollTop ?? 0);
    follow();
    element?.addEventListener('scroll', follow, { passive: true });
    return () => element?.removeEventListener('scroll', follow);
  }, [scroller, picture.view]);

  const nodeAt = (event: { clientX: number; clientY: number }): number | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined || painter.current === undefined) return undefined;
    const point = { x: event.clientX - box.left, y: event.clientY - box.top };
    const scrollTop = scroller.current?.scrollTop ?? 0;
    const { viewport, surface } = painter.current;
    return hitTest(picture.view, viewport, surface, scrollTop, point);
  };
  const openMenu = (event: { clientX: number; clientY: number }): boolean => {
    const node = nodeAt(event);
    if (node !== undefined) props.onMenu(node, { x: event.clientX, y: event.clientY });
    return node !== undefined;
  };
  const pointer = useFlamePointer({
    canvas,
    scroller,
    viewport,
    onViewport: props.onViewport,
    onLeave: () => props.onHover(undefined, { x: 0, y: 0 }),
    onLongPress: openMenu,
    onClick: (event) => {
      const node = nodeAt(event);
      if (node === undefined) return;
      const byTouch = event.pointerType === 'touch';
      if (byTouch) props.onHover(node, { x: event.clientX, y: event.clientY });
      props.onPick(node, byTouch);
    },
  });
  const hover = (event: ReactPointerEvent): void => {
    pointer.onPointerMove(event);
    const at = { x: event.clientX, y: event.clientY };
    props.onHover(pointer.isDragging() ? undefined : nodeAt(event), at);
  };

  const height = rowCount(picture.view) * ROW_HEIGHT;
  return (
    <>
      <canvas
        ref={canvas}
        aria-hidden="true"
        className="pf:sticky pf:top-0 pf:block pf:cursor-pointer pf:touch-pan-y pf:select-none"
        style={{ height: picture.height }}
        onPointerDown={pointer.onPointerDown}
        onPointerMove={hover}
        onPointerUp={pointer.onPointerUp}
        onPointerCancel={pointer.onPointerUp}
        onTouchEnd={pointer.onTouchEnd}
        onPointerLeave={(event) => {
          // A finger leaves when it is lifted: what it showed stays.
          if (event.pointerType !== 'touch') props.onHover(undefined, { x: 0, y: 0 });
        }}
        onContextMenu={(event) => {
          if (openMenu(event)) event.preventDefault();
        }}
      />
      <div aria-hidden="true" style={{ height: Math.max(0, height - picture.height) }} />
    </>
  );
}
