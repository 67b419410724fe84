import {
  between,
  draw,
  extentOf,
  FONT,
  type FlameContext,
  sameViewport,
  type Scene,
  type Surface,
  TextFitter,
  type Viewport,
} from '@hsi/flamegraph';
import { surfaceIn } from './surface.ts';

/** A scene without what the painter holds or measures itself. */
export interface Picture extends Omit<Scene, 'text' | 'viewport' | 'scrollTop' | 'surface'> {
  /** CSS pixels. */
  readonly height: number;
  readonly pixelRatio: number;
}

/** How long a change of focus takes, milliseconds. */
const GLIDE_MS = 140;

/**
 * Paints scenes on one canvas, as wide as the element that it is in: at once when data changes,
 * otherwise once for each frame. The width is no state of React, so a graph is rendered and painted
 * once and not again when it has been measured.
 */
export class FlamePainter {
  private readonly context: FlameContext | null;
  private picture: Picture | undefined;
  private on: Surface = { width: 0, height: 0, pixelRatio: 1 };
  private shown: Viewport = { left: 0, right: 1 };
  private scrollTop = 0;
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    // Opaque: text is drawn with subpixel edges, and nothing is blended with the page.
    this.context = canvas.getContext('2d', { alpha: false });
  }

  /** The viewport on the canvas now, which may still be on its way to the wanted one. */
  get viewport(): Viewport {
    return this.shown;
  }

  /** What was painted on last. */
  get surface(): Surface {
    return this.on;
  }

  paint(picture: Picture, viewport: Viewport, glide: boolean): void {
    this.picture = picture;
    this.measure(picture);
    cancelAnimationFrame(this.frame);
    if (glide && !sameViewport(this.shown, viewport)) {
      this.glide(this.shown, viewport);
      return;
    }
    this.shown = viewport;
    this.paintNow();
  }

  scrollTo(scrollTop: number): void {
    if (scrollTop === this.scrollTop) return;
    this.scrollTop = scrollTop;
    this.paintNow();
  }

  /** Paints anew if the element has another width now; one that is not shown has none. */
  refit(): void {
    const { picture } = this;
    if (this.canvas.parentElement?.clientWidth === 0) return;
    if (picture !== undefined && this.measure(picture)) this.paintNow();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Where a node stands on the canvas now. */
  extent(node: number): { left: number; right: number } | undefined {
    const { picture } = this;
    return picture && extentOf(picture.view, node, this.shown, this.on);
  }

  private glide(from: Viewport, to: Viewport): void {
    const started = performance.now();
    const step = (now: number): void => {
      this.shown = between(from, to, (now - started) / GLIDE_MS);
      this.paintNow();
      if (this.shown !== to) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** True when the canvas had to be given another size, which clears it. */
  private measure({ height, pixelRatio }: Picture): boolean {
    const { canvas } = this;
    this.on = surfaceIn(canvas.parentElement, height, pixelRatio);
    const pixels = (length: number) => Math.max(1, Math.round(length * pixelRatio));
    const size = { width: pixels(this.on.width), height: pixels(height) };
    if (canvas.width === size.width && canvas.height === size.height) return false;
    Object.assign(canvas, size);
    canvas.style.width = `${this.on.width}px`;
    return true;
  }

  private paintNow(): void {
    const { context, picture, shown, scrollTop } = this;
    const text = textFitter();
    if (context === null || text === undefined || picture === undefined) return;
    draw(context, { ...picture, text, surface: this.on, viewport: shown, scrollTop });
  }
}

let fitter: TextFitter | undefined;

/** One for all graphs of the page: measuring the characters takes longer than drawing a graph. */
function textFitter(): TextFitter | undefined {
  if (fitter !== undefined) return fitter;
  const context = document.createElement('canvas').getContext('2d');
  return context === null ? undefined : (fitter = new TextFitter(context, FONT));
}
