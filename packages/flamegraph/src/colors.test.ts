import { treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import { describe, expect, it } from 'vitest';
import {
  COLOR_SCHEMES,
  fills,
  NEUTRAL,
  PackagePlaces,
  PACKAGE_COLORS,
  SAFE_COLORS,
  TEXT_ON_FILL,
  VALUE_COLORS,
} from './colors.ts';
import { DARK, HIGH_CONTRAST } from './draw.ts';
import { findStack, type FlameView, layOut, nodeName } from './flame-view.ts';
import { FrameNames } from './frame-name.ts';
import { sandwich } from './sandwich.ts';

/** Relative luminance, WCAG 2. */
function luminance(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

describe('contrast', () => {
  it.each([...PACKAGE_COLORS, ...SAFE_COLORS, ...VALUE_COLORS, NEUTRAL])('text on %s', (fill) => {
    expect(contrast(fill, TEXT_ON_FILL)).toBeGreaterThanOrEqual(7);
    expect(contrast(fill, DARK.background)).toBeGreaterThanOrEqual(3);
  });

  it.each([DARK, HIGH_CONTRAST])('text of frames that do not match', (theme) => {
    expect(contrast(theme.dim, theme.dimText)).toBeGreaterThanOrEqual(4.5);
  });
});

it('rises in lightness from cold to hot', () => {
  const steps = VALUE_COLORS.map(luminance);
  expect([...steps].sort((a, b) => a - b)).toEqual(steps);
});

describe('fills', () => {
  const view = layOut(
    treeFromDrawing(`
      /x/node_modules/a/one.js:f:1 1
        /x/node_modules/a/two.js:g:2 9
        malloc 4
    `),
  );
  const at = (...stack: string[]): number => findStack(view, stack)!;
  const first = at('/x/node_modules/a/one.js:f:1');
  const second = at('/x/node_modules/a/one.js:f:1', '/x/node_modules/a/two.js:g:2');
  const native = at('/x/node_modules/a/one.js:f:1', 'malloc');

  it.each(COLOR_SCHEMES)('leave the root neutral in %s', (scheme) => {
    expect(fills(view, new FrameNames(view.names), scheme)(0)).toBe(NEUTRAL);
  });

  it('give one package one colour', () => {
    const fill = fills(view, new FrameNames(view.names), 'package');
    expect(PACKAGE_COLORS).toContain(fill(first));
    expect(fill(second)).toBe(fill(first));
    expect(fill(native)).toBe(NEUTRAL);
    expect(SAFE_COLORS).toContain(fills(view, new FrameNames(view.names), 'safe')(first));
  });

  it('are the same in a sandwich that a link leads to as in the whole graph', () => {
    const tree = treeFromFolded(
      Array.from({ length: 24 }, (_, at) =>
        at % 2 === 0
          ? `pkg${at}.run ${at + 10}`
          : `pkg${at}.run ${at + 10}\npkg${at}.run;one.call;pkg${23 - at}.end ${40 - at}`,
      ).join('\n'),
    );
    const colorsOf = (shown: FlameView) => {
      const names = new FrameNames(shown.names);
      const fill = fills(shown, names, 'package', tree, new PackagePlaces(16));
      return new Map(Array.from(shown.rowNodes, (node) => [nodeName(shown, node), fill(node)]));
    };
    const whole = colorsOf(layOut(tree));
    for (const [name, color] of colorsOf(sandwich(tree, 'one.call'))) {
      expect([name, whole.get(name)]).toEqual([name, color]);
    }
  });

  it('get hotter with the self value', () => {
    const fill = fills(view, new FrameNames(view.names), 'value');
    const heat = [first, native, second].map((node) => VALUE_COLORS.indexOf(fill(node)));
    expect(heat).toEqual([3, 5, 7]);
  });
});

describe('PackagePlaces', () => {
  const names = Array.from({ length: 20 }, (_, at) => `package${at}`);

  it('gives each package a place of its own, and keeps it', () => {
    const places = new PackagePlaces(16);
    places.reserve(names.slice(0, 10));
    const first = names.slice(0, 10).map((name) => places.of(name));
    expect(new Set(first).size).toBe(10);
    places.reserve(names.slice(5).reverse());
    expect(names.slice(0, 10).map((name) => places.of(name))).toEqual(first);
  });

  it('lets packages share when every place is taken', () => {
    const places = new PackagePlaces(4);
    places.reserve(names);
    for (const name of names) expect([0, 1, 2, 3]).toContain(places.of(name));
  });
});
