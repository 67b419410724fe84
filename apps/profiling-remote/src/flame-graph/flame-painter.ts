import {
  between,
  draw,
  extentOf,
  FONT,
  type FlameContext,
  sameViewport,
  type Scene,
  TextFitter,
  type Viewport,
} from '@hsi/flamegraph';

/** A scene without what the painter holds itself. */
export type Picture = Omit<Scene, 'text' | 'viewport' | 'scrollTop'>;

/** How long a change of focus takes, milliseconds. */
const GLIDE_MS = 140;

/** Paints scenes on one canvas: at once when data changes, otherwise once for each frame. */
export class FlamePainter {
  private readonly context: FlameContext | null;
  private picture: Picture | undefined;
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

  paint(picture: Picture, viewport: Viewport, glide: boolean): void {
    this.picture = picture;
    this.resize(picture);
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

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Where a node stands on the canvas now. */
  extent(node: number): { left: number; right: number } | undefined {
    const { picture } = this;
    return picture && extentOf(picture.view, node, this.shown, picture.surface);
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

  private resize({ surface }: Picture): void {
    const width = Math.max(1, Math.round(surface.width * surface.pixelRatio));
    const height = Math.max(1, Math.round(surface.height * surface.pixelRatio));
    // Setting a size clears the canvas, so only when it differs.
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
  }

  private paintNow(): void {
    const { context, picture, shown, scrollTop } = this;
    const text = textFitter();
    if (context === null || text === undefined || picture === undefined) return;
    draw(context, { ...picture, text, viewport: shown, scrollTop });
  }
}

let fitter: TextFitter | undefined;

/** One for all graphs of the page: measuring the characters takes longer than drawing a graph. */
function textFitter(): TextFitter | undefined {
  if (fitter !== undefined) return fitter;
  const context = document.createElement('canvas').getContext('2d');
  return context === null ? undefined : (fitter = new TextFitter(context, FONT));
}
