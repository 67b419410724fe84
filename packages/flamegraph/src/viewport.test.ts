import fc from 'fast-check';
import { expect, it } from 'vitest';
import { between, clampViewport, pan, sameViewport, WHOLE, zoom } from './viewport.ts';

it('zooms about a point that stays where it is', () => {
  expect(zoom(WHOLE, 2)).toEqual({ left: 0.25, right: 0.75 });
  expect(zoom(WHOLE, 4, 0)).toEqual({ left: 0, right: 0.25 });
  expect(zoom({ left: 0.25, right: 0.75 }, 0.5)).toEqual(WHOLE);
});

it('pans no further than the edges, keeping the width', () => {
  expect(pan({ left: 0.25, right: 0.5 }, 0.5)).toEqual({ left: 0.375, right: 0.625 });
  expect(pan({ left: 0.25, right: 0.5 }, 9)).toEqual({ left: 0.75, right: 1 });
  expect(pan(WHOLE, -1)).toEqual(WHOLE);
});

it('glides, slowing down, and arrives exactly', () => {
  const to = { left: 0.5, right: 0.75 };
  expect(between(WHOLE, to, 0)).toEqual(WHOLE);
  expect(between(WHOLE, to, 0.5).left).toBeGreaterThan(0.25);
  expect(between(WHOLE, to, 1.5)).toBe(to);
  expect(sameViewport(WHOLE, { ...WHOLE })).toBe(true);
  expect(sameViewport(WHOLE, to)).toBe(false);
});

it('stays inside whatever is done', () => {
  const share = fc.double({ min: -2, max: 2, noNaN: true });
  const steps = fc.array(
    fc.tuple(fc.boolean(), share, fc.double({ min: 0.01, max: 100, noNaN: true })),
  );
  fc.assert(
    fc.property(steps, (moves) => {
      let at = clampViewport({ left: 0.2, right: 0.4 });
      for (const [isPan, by, factor] of moves) {
        at = isPan ? pan(at, by) : zoom(at, factor, Math.abs(by) / 2);
        expect(at.left).toBeGreaterThanOrEqual(0);
        expect(at.right).toBeLessThanOrEqual(1);
        expect(at.right).toBeGreaterThan(at.left);
      }
    }),
  );
});
