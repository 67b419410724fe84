import { treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import { describe, expect, it } from 'vitest';
import { findPlace, findStack, layOut, nodeName, nodesOfRow, placeOf } from './flame-view.ts';
import { centerRow, move, pointBelow, revealInViewport, revealRow, type Step } from './navigate.ts';
import { sandwich } from './sandwich.ts';

const TREE = treeFromDrawing(`
  main 1
    parse 2
      read 1
    work 5
      read 3
      sum 9
  timer 4
    read 2
`);
const view = layOut(TREE);

function walk(from: readonly string[], ...steps: Step[]): string {
  let at = findStack(view, from)!;
  for (const step of steps) at = move(view, at, step);
  return nodeName(view, at);
}

describe('move', () => {
  it.each([
    [[], ['down'], 'main'],
    [[], ['down', 'down'], 'work'],
    [[], ['down', 'down', 'down'], 'sum'],
    [['main', 'work'], ['up'], 'main'],
    [['main', 'work'], ['left'], 'parse'],
    [['main', 'work', 'sum'], ['right'], 'sum'],
    [['main', 'work'], ['right'], 'read'],
    [[], ['up'], 'total'],
    [['timer', 'read'], ['first'], 'total'],
    [[], ['last'], 'sum'],
  ] satisfies [string[], Step[], string][])('from %j by %j to %s', (from, steps, name) => {
    expect(walk(from, ...steps)).toBe(name);
  });

  it('goes up to callers and down to callees in a sandwich', () => {
    const around = sandwich(TREE, 'work');
    const caller = move(around, around.root, 'up');
    expect(nodeName(around, caller)).toBe('main');
    expect(move(around, caller, 'up')).toBe(caller);
    expect(move(around, caller, 'down')).toBe(around.root);
    expect(nodeName(around, move(around, around.root, 'down'))).toBe('sum');
    expect(move(around, caller, 'last')).toBe(caller);
  });
});

it('finds a place again in another view', () => {
  const around = sandwich(TREE, 'work');
  const caller = move(around, around.root, 'up');
  const place = placeOf(around, caller);
  expect(place).toEqual({ up: true, names: ['main'] });
  expect(findPlace(sandwich(TREE, 'work'), place)).toBe(caller);
  expect(findPlace(sandwich(TREE, 'sum'), place)).toBeUndefined();
  expect(findPlace(layOut(treeFromDrawing('')), { up: false, names: [] })).toBeUndefined();
});

describe('reveal', () => {
  it('moves the viewport to a frame outside it, and leaves it otherwise', () => {
    const timer = findStack(view, ['timer'])!;
    const near = { left: 0, right: 0.25 };
    const moved = revealInViewport(view, timer, near);
    expect(moved.right).toBeGreaterThan(21 / 27);
    expect(moved.right - moved.left).toBeCloseTo(0.25);
    expect(revealInViewport(view, view.root, near)).toBe(near);
    expect(revealInViewport(view, timer, { left: 0.5, right: 1 })).toEqual({ left: 0.5, right: 1 });
  });

  it('scrolls a row into sight', () => {
    const sum = findStack(view, ['main', 'work', 'sum'])!;
    expect(revealRow(view, sum, 0, 40)).toBe(40);
    expect(revealRow(view, view.root, 40, 40)).toBe(0);
    expect(revealRow(view, sum, 0, 400)).toBe(0);
  });

  it('scrolls a row that is out of sight to the middle, and no other', () => {
    const deep = layOut(treeFromFolded(`${'walk;'.repeat(99)}walk 1`));
    const [seen, far, last] = [10, 50, 100].map((row) => nodesOfRow(deep, row)[0]!);
    expect(centerRow(deep, seen!, 100, 400)).toBe(100);
    expect(centerRow(deep, far!, 100, 400)).toBe(50.5 * 20 - 200);
    expect(centerRow(deep, last!, 100, 400)).toBe(101 * 20 - 400);
  });

  it('points under the visible part of a frame', () => {
    const surface = { width: 270, height: 100, pixelRatio: 1 };
    const timer = findStack(view, ['timer'])!;
    expect(pointBelow(view, timer, { left: 0, right: 1 }, surface, 10)).toEqual({ x: 240, y: 30 });
  });
});
