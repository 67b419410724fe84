// Runs in the browser: what a flame graph of 50,000 nodes costs, from data to pixels.
import {
  collapseSiblings,
  type ColorScheme,
  DARK,
  draw,
  fills,
  type FlameView,
  FONT,
  FrameNames,
  FRAME_PRESETS,
  hideFrames,
  hitTest,
  invertedView,
  layOut,
  matchShare,
  pan,
  sandwich,
  search,
  type Surface,
  TextFitter,
  topFunctions,
  type Viewport,
  WHOLE,
  zoom,
} from '@hsi/flamegraph';
import { nodeCount } from '@hsi/profile-model';
import { manyFrames } from './many-frames.ts';

export interface Measured {
  readonly nodes: number;
  readonly names: number;
  readonly rows: number;
  /** Milliseconds of each round, by what was done. */
  readonly times: Readonly<Record<string, readonly number[]>>;
}

interface Stage {
  readonly context: CanvasRenderingContext2D;
  readonly surface: Surface;
}

function stage(surface: Surface): Stage {
  const canvas = document.createElement('canvas');
  canvas.width = surface.width * surface.pixelRatio;
  canvas.height = surface.height * surface.pixelRatio;
  document.body.replaceChildren(canvas);
  return { context: canvas.getContext('2d', { alpha: false })!, surface };
}

function paint(
  { context, surface }: Stage,
  view: FlameView,
  how: {
    viewport?: Viewport;
    matches?: Uint8Array | undefined;
    names?: FrameNames;
    text?: TextFitter;
  } = {},
): void {
  const names = how.names ?? new FrameNames(view.names);
  const scheme: ColorScheme = 'package';
  draw(context, {
    view,
    names,
    fill: fills(view, names, scheme),
    viewport: how.viewport ?? WHOLE,
    scrollTop: 0,
    surface,
    theme: DARK,
    text: how.text ?? new TextFitter(context, FONT),
    matches: how.matches,
  });
  // Canvas calls are queued: reading a pixel back waits until they are drawn.
  context.getImageData(0, 0, 1, 1);
}

/** Runs each task `rounds` times, the tasks in turn. */
export function measure(nodes: number, rounds: number, surface: Surface): Measured {
  const times: Record<string, number[]> = {};
  const time = (what: string, run: () => void): void => {
    const started = performance.now();
    run();
    (times[what] ??= []).push(performance.now() - started);
  };
  const tree = manyFrames(nodes);
  const view = layOut(tree);
  const names = new FrameNames(view.names);
  for (let round = 0; round < rounds; round++) {
    const fresh = stage(surface);
    time('data to paint ms', () => paint(fresh, layOut(tree)));
    const text = new TextFitter(fresh.context, FONT);
    const near = zoom(WHOLE, 1.5 + round / 10, 0.3);
    time('pan ms', () => paint(fresh, view, { viewport: pan(near, 0.1), names, text }));
    time('zoom ms', () => paint(fresh, view, { viewport: zoom(near, 1.2), names, text }));
    time('search ms', () => {
      const { matches } = search(view.names, `work${round % 10}`);
      matchShare(view, matches);
      paint(fresh, view, { matches, names, text });
    });
    time('search by pattern ms', () => {
      const { matches } = search(view.names, `/file${round % 10}.*work\\d+/`);
      matchShare(view, matches);
      paint(fresh, view, { matches, names, text });
    });
    time('hit test ms', () => {
      for (let x = 0; x < 100; x++) hitTest(view, WHOLE, surface, 0, { x: x * 10, y: x * 6 });
    });
    time('invert ms', () => paint(fresh, invertedView(tree)));
    time('sandwich ms', () => paint(fresh, sandwich(tree, tree.names[1 + round]!)));
    time('hide node_modules ms', () =>
      paint(fresh, layOut(hideFrames(tree, FRAME_PRESETS[1]!.hides))),
    );
    time('collapse siblings ms', () => paint(fresh, layOut(collapseSiblings(tree))));
    time('top functions ms', () => void topFunctions(tree));
  }
  return {
    nodes: nodeCount(tree),
    names: tree.names.length,
    rows: view.rowStart.length - 1,
    times,
  };
}
