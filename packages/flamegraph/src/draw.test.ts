import { DrawLog, treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import { describe, expect, it } from 'vitest';
import { fills, TEXT_ON_FILL } from './colors.ts';
import { DARK, draw, FONT, ROW_HEIGHT, type Scene } from './draw.ts';
import { findStack, layOut } from './flame-view.ts';
import { FrameNames } from './frame-name.ts';
import { hitTest } from './hit-test.ts';
import { search } from './search.ts';
import { TextFitter } from './text-fit.ts';
import { WHOLE } from './viewport.ts';

const TREE = treeFromDrawing(`
  main 10
    ./work.mjs:loadModel:11 60
      ./work.mjs:mat:5 20
    other 10
`);

function drawn(changes: Partial<Scene> = {}, tree = TREE): DrawLog {
  const log = new DrawLog();
  const view = layOut(tree);
  const names = new FrameNames(view.names);
  draw(log, {
    view,
    names,
    fill: fills(view, names, 'package'),
    viewport: WHOLE,
    scrollTop: 0,
    surface: { width: 200, height: 100, pixelRatio: 1 },
    theme: DARK,
    text: new TextFitter(log, FONT),
    ...changes,
  });
  return log;
}

const boxes = (log: DrawLog): string[] =>
  log.rects.slice(1).map(({ x, y, width, height }) => `${x},${y} ${width}x${height}`);

describe('draw', () => {
  it('fills a box for each frame, a gap between them, and a notch where callees were left out', () => {
    expect(boxes(drawn())).toEqual([
      '0,0 199x19',
      '0,20 199x19',
      '0,40 159x19',
      '0,60 39x19',
      '160,40 20x3',
    ]);
  });

  it.each([0.67, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.625])(
    'puts every edge on a device pixel, of which %d are in a CSS pixel',
    (pixelRatio) => {
      const log = drawn({ surface: { width: 211, height: 100, pixelRatio }, scrollTop: 7.4 });
      const edges = log.rects
        .slice(1)
        .flatMap(({ x, y, width, height }) => [x, y, x + width, y + height])
        .map((edge) => edge * pixelRatio);
      for (const edge of edges) expect(edge).toBeCloseTo(Math.round(edge), 6);
      const [root, main] = log.rects.slice(1);
      expect((main!.y - root!.y - root!.height) * pixelRatio).toBeGreaterThan(0.999);
    },
  );

  it('writes the function first and the file after it, where there is room', () => {
    expect(drawn().texts.map(({ text }) => text)).toEqual([
      'total',
      'main',
      'loadModel',
      'work.mjs:11',
      'mat',
    ]);
  });

  it('cuts a label at the edge of its box', () => {
    const narrow = drawn({ surface: { width: 60, height: 100, pixelRatio: 1 } });
    expect(narrow.texts.map(({ text }) => text)).toContain('loadM…');
  });

  it('starts a label at the edge of the canvas when its box begins left of it', () => {
    const log = drawn({ viewport: { left: 0.5, right: 1 } });
    expect(log.texts[0]).toMatchObject({ text: 'total', x: 5 });
    expect(log.rects[1]).toMatchObject({ x: 0, width: 199 });
  });

  it('draws on device pixels on a screen of high density', () => {
    const log = drawn({ surface: { width: 101, height: 100, pixelRatio: 2 } });
    expect(log.calls[0]).toEqual(['setTransform', 2, 0, 0, 2, 0, 0]);
    for (const { x } of log.rects) expect(Number.isInteger(x * 2)).toBe(true);
  });

  it('draws only the rows that are scrolled to', () => {
    const log = drawn({
      scrollTop: 2 * ROW_HEIGHT,
      surface: { width: 200, height: ROW_HEIGHT, pixelRatio: 1 },
    });
    expect(log.texts.map(({ text }) => text)).toEqual(['loadModel', 'work.mjs:11']);
  });

  it('dims what a search does not match', () => {
    const { matches } = search(TREE.names, 'mat');
    const log = drawn({ matches });
    expect(log.rects.slice(1, 5).map(({ fill }) => fill === DARK.dim)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(log.texts.filter(({ fill }) => fill === TEXT_ON_FILL).map(({ text }) => text)).toEqual([
      'mat',
    ]);
  });

  it('outlines the selected frame', () => {
    const selected = findStack(layOut(TREE), ['main', './work.mjs:loadModel:11'])!;
    expect(drawn({ selected }).strokes).toEqual([
      { x: 1, y: 41, width: 157, height: 17, fill: DARK.selected },
    ]);
  });

  it('draws nothing but the background for an empty tree', () => {
    expect(drawn({}, treeFromFolded('')).rects).toHaveLength(1);
  });
});

describe('many narrow frames', () => {
  const crowd = treeFromFolded(
    Array.from({ length: 1_000 }, (_, at) => `f${String(at).padStart(4, '0')} 1`).join('\n'),
  );

  it('cover their pixels exactly once', () => {
    const row = drawn({}, crowd).rects.filter(({ y }) => y === ROW_HEIGHT);
    expect(row.length).toBeLessThanOrEqual(200);
    let edge = 0;
    for (const { x, width } of row) {
      expect(x).toBe(edge);
      edge = x + width;
    }
    expect(edge).toBe(200);
  });

  it('of one colour are drawn together', () => {
    expect(drawn({}, crowd).rects.filter(({ y }) => y === ROW_HEIGHT)).toHaveLength(1);
  });

  it.each([0, 1, 2, 3, 4])('still show each one that a search matches (%i)', (at) => {
    const { matches } = search(crowd.names, `f050${at}`);
    const pixels = new Array<string>(200).fill('');
    for (const { x, y, width, fill } of drawn({ matches }, crowd).rects) {
      if (y === ROW_HEIGHT) pixels.fill(fill, x, x + width);
    }
    const lit = pixels.flatMap((fill, pixel) => (fill === DARK.dim ? [] : [pixel]));
    // Five frames share a pixel; which one it is depends on rounding.
    expect(lit).toHaveLength(1);
    expect([100, 101]).toContain(lit[0]);
  });
});

describe('hitTest', () => {
  const view = layOut(TREE);
  const surface = { width: 200, height: 100, pixelRatio: 1 };
  const nameAt = (x: number, y: number, scrollTop = 0): string | undefined => {
    const node = hitTest(view, WHOLE, surface, scrollTop, { x, y });
    return node === undefined ? undefined : view.names[view.name[node]!];
  };

  it('finds the frame under a point', () => {
    expect(nameAt(5, 5)).toBe('total');
    expect(nameAt(5, 65)).toBe('./work.mjs:mat:5');
    expect(nameAt(5, 5, 3 * ROW_HEIGHT)).toBe('./work.mjs:mat:5');
  });

  it('finds nothing beside frames, where callees were left out, or outside', () => {
    expect(nameAt(100, 65)).toBeUndefined();
    expect(nameAt(165, 45)).toBeUndefined();
    expect(nameAt(5, 95)).toBeUndefined();
    expect(nameAt(-1, 5)).toBeUndefined();
    expect(nameAt(200, 5)).toBeUndefined();
  });
});
