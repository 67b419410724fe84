/** One call on a canvas context: the method and its arguments. */
export type DrawCall = readonly [method: string, ...args: unknown[]];

export interface DrawnRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly fill: string;
}

export interface DrawnText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly fill: string;
}

/** Width of every character in CSS pixels, so that tests know where a text is cut. */
export const CHARACTER_WIDTH = 6;

/**
 * A canvas 2D context that draws nothing and remembers every call. Properties can be set as on a
 * real one; a rectangle and a text remember the fill style that was current.
 */
export class DrawLog {
  readonly calls: DrawCall[] = [];
  readonly rects: DrawnRect[] = [];
  readonly strokes: DrawnRect[] = [];
  readonly texts: DrawnText[] = [];
  fillStyle = '#000000';
  strokeStyle = '#000000';
  font = '10px sans-serif';
  lineWidth = 1;
  globalAlpha = 1;
  textBaseline = 'alphabetic';
  textAlign = 'start';
  direction = 'inherit';

  fillRect(x: number, y: number, width: number, height: number): void {
    this.calls.push(['fillRect', x, y, width, height]);
    this.rects.push({ x, y, width, height, fill: this.fillStyle });
  }
  strokeRect(x: number, y: number, width: number, height: number): void {
    this.calls.push(['strokeRect', x, y, width, height]);
    this.strokes.push({ x, y, width, height, fill: this.strokeStyle });
  }
  clearRect(x: number, y: number, width: number, height: number): void {
    this.calls.push(['clearRect', x, y, width, height]);
  }
  fillText(text: string, x: number, y: number, maxWidth?: number): void {
    this.calls.push(['fillText', text, x, y, ...(maxWidth === undefined ? [] : [maxWidth])]);
    this.texts.push({ text, x, y, fill: this.fillStyle });
  }
  measureText(text: string): { width: number } {
    return { width: [...text].length * CHARACTER_WIDTH };
  }
  save = this.recorder('save');
  restore = this.recorder('restore');
  beginPath = this.recorder('beginPath');
  closePath = this.recorder('closePath');
  rect = this.recorder('rect');
  clip = this.recorder('clip');
  fill = this.recorder('fill');
  stroke = this.recorder('stroke');
  moveTo = this.recorder('moveTo');
  lineTo = this.recorder('lineTo');
  scale = this.recorder('scale');
  translate = this.recorder('translate');
  setTransform = this.recorder('setTransform');
  setLineDash = this.recorder('setLineDash');

  /** Forgets what was drawn so far. */
  reset(): void {
    for (const list of [this.calls, this.rects, this.strokes, this.texts]) list.length = 0;
  }

  private recorder(method: string): (...args: unknown[]) => void {
    return (...args) => void this.calls.push([method, ...args]);
  }
}

/**
 * Gives every canvas of a DOM without graphics (jsdom) a {@link DrawLog} as its 2D context. Returns
 * a function that finds the log of a canvas, and one that puts the original back.
 */
export function installDrawLog(canvasClass: { readonly prototype: object }): {
  logOf: (canvas: object) => DrawLog;
  restore: () => void;
} {
  const logs = new WeakMap<object, DrawLog>();
  const logOf = (canvas: object): DrawLog => {
    const log = logs.get(canvas) ?? new DrawLog();
    logs.set(canvas, log);
    return log;
  };
  const original = Object.getOwnPropertyDescriptor(canvasClass.prototype, 'getContext');
  Object.defineProperty(canvasClass.prototype, 'getContext', {
    configurable: true,
    writable: true,
    value(this: object, kind: string) {
      return kind === '2d' ? logOf(this) : null;
    },
  });
  const restore = (): void => {
    if (original) Object.defineProperty(canvasClass.prototype, 'getContext', original);
    else Reflect.deleteProperty(canvasClass.prototype, 'getContext');
  };
  return { logOf, restore };
}
