import { type NodeIndex } from '@hsi/profile-model';
import { type Color, type FillOf, TEXT_ON_FILL } from './colors.ts';
import { firstVisible, type FlameView, nodesOfRow, rowCount } from './flame-view.ts';
import { type FrameNames, shortFile } from './frame-name.ts';
import { type TextFitter, type TextMeasure } from './text-fit.ts';
import { type Viewport } from './viewport.ts';

/** What drawing needs of a canvas 2D context; a real one fits, and so does a recording one. */
export interface FlameContext extends TextMeasure {
  fillStyle: string | object;
  strokeStyle: string | object;
  lineWidth: number;
  textBaseline: string;
  direction: string;
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  strokeRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
}

export interface Theme {
  readonly background: Color;
  /** Frames that a search does not match. */
  readonly dim: Color;
  readonly dimText: Color;
  /** Where callees were left out. */
  readonly hidden: Color;
  readonly selected: Color;
  readonly hovered: Color;
  /** Space between frames, CSS pixels. */
  readonly gap: number;
}

export const DARK: Theme = {
  background: '#1e2939',
  dim: '#3b4554',
  dimText: '#cbd2db',
  hidden: '#6b7280',
  selected: '#ffffff',
  hovered: '#e5e7eb',
  gap: 1,
};

/** For `prefers-contrast: more`. */
export const HIGH_CONTRAST: Theme = {
  ...DARK,
  background: '#000000',
  dim: '#262b33',
  dimText: '#ffffff',
  hidden: '#d1d5db',
  hovered: '#ffffff',
  gap: 2,
};

/** For `forced-colors: active`, where the system chooses what is around the frames. */
export const FORCED_COLORS: Theme = {
  ...HIGH_CONTRAST,
  background: 'Canvas',
  hidden: 'CanvasText',
  selected: 'CanvasText',
  hovered: 'CanvasText',
};

/** Sizes in CSS pixels. */
export interface Surface {
  readonly width: number;
  readonly height: number;
  /** Device pixels in a CSS pixel. */
  readonly pixelRatio: number;
}

export const ROW_HEIGHT = 20;
export const FONT = '12px ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif';

const PADDING = 5;
const NOTCH = 3;
/** Room from which a label shows its file after the function. */
const FILE_ROOM = 48;

/** One picture. */
export interface Scene {
  readonly view: FlameView;
  readonly names: FrameNames;
  readonly fill: FillOf;
  readonly viewport: Viewport;
  /** CSS pixels that are scrolled off above. */
  readonly scrollTop: number;
  readonly surface: Surface;
  readonly theme: Theme;
  readonly text: TextFitter;
  /** Name -> 1 when a search matches it. Undefined: no search. */
  readonly matches?: Uint8Array | undefined;
  readonly selected?: NodeIndex | undefined;
  readonly hovered?: NodeIndex | undefined;
}

/** Horizontal stretch of a frame on the surface, CSS pixels on device pixel edges, not clipped. */
export interface Extent {
  readonly left: number;
  readonly right: number;
}

/** Where a node stands on the surface. */
export function extentOf(
  view: FlameView,
  node: NodeIndex,
  viewport: Viewport,
  surface: Surface,
): Extent {
  const { width, pixelRatio } = surface;
  const whole = view.total[view.root]!;
  const scale = (width * pixelRatio) / ((viewport.right - viewport.left) * whole);
  const offset = viewport.left * whole;
  const start = view.start[node]!;
  return {
    left: Math.round((start - offset) * scale) / pixelRatio,
    right: Math.round((start + view.total[node]! - offset) * scale) / pixelRatio,
  };
}

/** Where a row's frames are on the surface: like their sides on device pixel edges, or they blur. */
function rowBox(scene: Scene, row: number): { readonly y: number; readonly height: number } {
  const { surface, scrollTop, theme } = scene;
  const { pixelRatio } = surface;
  const edge = (at: number): number => Math.round((at * ROW_HEIGHT - scrollTop) * pixelRatio);
  const y = edge(row);
  return {
    y: y / pixelRatio,
    height: (edge(row + 1) - y) / pixelRatio - gapOf(theme, surface),
  };
}

/** The space between frames: whole device pixels. */
function gapOf(theme: Theme, { pixelRatio }: Surface): number {
  return Math.max(1, Math.round(theme.gap * pixelRatio)) / pixelRatio;
}

/** Draws the scene. Cost follows what is visible, at worst one rectangle for each pixel of each row. */
export function draw(context: FlameContext, scene: Scene): void {
  const { surface, theme, view } = scene;
  context.setTransform(surface.pixelRatio, 0, 0, surface.pixelRatio, 0, 0);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, surface.width, surface.height);
  context.font = scene.text.font;
  context.textBaseline = 'middle';
  context.direction = 'ltr';
  const first = Math.max(0, Math.floor(scene.scrollTop / ROW_HEIGHT));
  const last = Math.min(
    rowCount(view) - 1,
    Math.floor((scene.scrollTop + surface.height - 1) / ROW_HEIGHT),
  );
  const labels: Label[] = [];
  for (let row = first; row <= last; row++) drawRow(context, scene, row, labels);
  drawHiddenMarks(context, scene, first, last);
  drawLabels(context, scene, labels);
  outline(context, scene, scene.hovered, theme.hovered, 1);
  outline(context, scene, scene.selected, theme.selected, 2);
}

interface Label {
  readonly node: NodeIndex;
  readonly left: number;
  readonly room: number;
  readonly y: number;
  readonly dim: boolean;
}

/*
 * Edges are rounded to device pixels before anything is decided: neighbours then share an edge
 * exactly, and of many frames narrower than a pixel just those are drawn that own one. A frame that
 * a search matches is drawn at least one pixel wide, and nothing over it, so that none goes unseen.
 */
function drawRow(context: FlameContext, scene: Scene, row: number, labels: Label[]): void {
  const { view, viewport, surface, theme, matches, fill } = scene;
  const { start, total, name } = view;
  const { pixelRatio } = surface;
  const whole = total[view.root]!;
  const offset = viewport.left * whole;
  const scale = (surface.width * pixelRatio) / ((viewport.right - viewport.left) * whole);
  const end = Math.round(surface.width * pixelRatio);
  const { y, height } = rowBox(scene, row);
  const labelRoom = scene.text.least + 2 * PADDING;
  const nodes = nodesOfRow(view, row);
  const strip = new Strip(context, y, height, gapOf(theme, surface), pixelRatio);
  let litUntil = 0;
  for (let at = firstVisible(view, nodes, offset); at < nodes.length; at++) {
    const node = nodes[at]!;
    let left = Math.round((start[node]! - offset) * scale);
    if (left >= end) break;
    let right = Math.round((start[node]! + total[node]! - offset) * scale);
    const dim = matches !== undefined && matches[name[node]!] === 0;
    if (matches !== undefined && !dim) {
      if (right <= left) right = left + 1;
      litUntil = right;
    } else if (left < litUntil) {
      left = litUntil;
    }
    if (right <= left) continue;
    if (left < 0) left = 0;
    if (right > end) right = end;
    strip.add(left, right, dim ? theme.dim : fill(node));
    const width = (right - left) / pixelRatio;
    if (width >= labelRoom) {
      labels.push({ node, left: left / pixelRatio + PADDING, room: width - 2 * PADDING, y, dim });
    }
  }
  strip.end();
}

/**
 * The rectangles of one row. Neighbours of one colour that are too narrow for a gap between them
 * become one rectangle: in a crowd that saves most of the calls.
 */
class Strip {
  private left = 0;
  private right = 0;
  private color: Color = '';
  private style: Color = '';

  constructor(
    private readonly context: FlameContext,
    private readonly y: number,
    private readonly height: number,
    private readonly gap: number,
    private readonly pixelRatio: number,
  ) {}

  /** Edges in device pixels. */
  add(left: number, right: number, color: Color): void {
    const isNarrow = (right - left) / this.pixelRatio <= 3 * this.gap;
    if (isNarrow && left === this.right && color === this.color) {
      this.right = right;
      return;
    }
    this.end();
    if (!isNarrow) {
      this.fill(left, right, color, this.gap);
      return;
    }
    this.left = left;
    this.right = right;
    this.color = color;
  }

  /** Draws what is still to be drawn. */
  end(): void {
    if (this.right > this.left) this.fill(this.left, this.right, this.color, 0);
    this.left = this.right = 0;
  }

  private fill(left: number, right: number, color: Color, gap: number): void {
    if (color !== this.style) this.context.fillStyle = this.style = color;
    const width = (right - left) / this.pixelRatio - gap;
    this.context.fillRect(left / this.pixelRatio, this.y, width, this.height);
  }
}

/** A low notch under frames whose callees a server left out: it shows where, and is no row. */
function drawHiddenMarks(context: FlameContext, scene: Scene, first: number, last: number): void {
  const { view, viewport, surface, theme } = scene;
  context.fillStyle = theme.hidden;
  for (const node of view.truncated.nodes) {
    const above = view.row[view.parent[node]!]!;
    if (above + 1 < first || above > last) continue;
    const { left, right } = extentOf(view, node, viewport, surface);
    if (right <= 0 || left >= surface.width || right <= left) continue;
    const x = Math.max(0, left);
    const { y } = rowBox(scene, above + 1);
    const height = Math.round(NOTCH * surface.pixelRatio) / surface.pixelRatio;
    context.fillRect(x, y, Math.min(surface.width, right) - x, height);
  }
}

// After all rectangles: one change of style for all labels of a kind.
function drawLabels(context: FlameContext, scene: Scene, labels: readonly Label[]): void {
  const { view, names, text, theme } = scene;
  for (const dim of [false, true]) {
    context.fillStyle = dim ? theme.dimText : TEXT_ON_FILL;
    for (const label of labels) {
      if (label.dim !== dim) continue;
      const parsed = names.at(view.name[label.node]!);
      const middle = label.y + (ROW_HEIGHT - theme.gap) / 2 + 0.5;
      const shown = text.fit(parsed.function, label.room);
      if (shown === '') continue;
      context.fillText(shown, label.left, middle);
      if (label.room < FILE_ROOM || shown !== parsed.function) continue;
      const file = shortFile(parsed);
      if (file === '') continue;
      const used = text.width(shown) + 2 * PADDING;
      const fitted = text.fit(file, label.room - used);
      if (fitted !== '') context.fillText(fitted, label.left + used, middle);
    }
  }
}

function outline(
  context: FlameContext,
  scene: Scene,
  node: NodeIndex | undefined,
  color: Color,
  width: number,
): void {
  const { view, surface, theme } = scene;
  if (node === undefined || (view.row[node] ?? -1) < 0) return;
  const { left, right } = extentOf(view, node, scene.viewport, surface);
  if (right < 0 || left > surface.width) return;
  const x = Math.max(0, left);
  const { y, height } = rowBox(scene, view.row[node]!);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(
    x + width / 2,
    y + width / 2,
    Math.max(1, Math.min(surface.width, right) - x - gapOf(theme, surface) - width),
    height - width,
  );
}
