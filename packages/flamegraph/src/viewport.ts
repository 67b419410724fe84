/**
 * The part of the horizontal axis that is seen, as shares of the whole (0 to 1), so that it holds
 * when fresh data changes the values. `left < right`.
 */
export interface Viewport {
  readonly left: number;
  readonly right: number;
}

export const WHOLE: Viewport = { left: 0, right: 1 };

/** The least share that can fill the canvas; below it a double has no digits left to draw with. */
const CLOSEST = 1e-9;

/** The viewport moved and shrunk into the whole, its width kept where possible. */
export function clampViewport({ left, right }: Viewport): Viewport {
  const width = Math.min(1, Math.max(CLOSEST, right - left));
  const start = Math.min(1 - width, Math.max(0, left));
  return { left: start, right: start + width };
}

/**
 * Zooms by `factor` (above 1 is closer) about `anchor`, a share of the visible width (0 left edge,
 * 1 right edge) that stays where it is.
 */
export function zoom(viewport: Viewport, factor: number, anchor = 0.5): Viewport {
  const width = viewport.right - viewport.left;
  const fixed = viewport.left + width * anchor;
  const next = Math.min(1, Math.max(CLOSEST, width / factor));
  return clampViewport({ left: fixed - next * anchor, right: fixed + next * (1 - anchor) });
}

/** Moves by `share` of the visible width, to the right when positive. */
export function pan(viewport: Viewport, share: number): Viewport {
  const shift = (viewport.right - viewport.left) * share;
  return clampViewport({ left: viewport.left + shift, right: viewport.right + shift });
}

/** A step from one viewport to another, `progress` from 0 to 1, slowing down at the end. */
export function between(from: Viewport, to: Viewport, progress: number): Viewport {
  if (progress >= 1) return to;
  const eased = 1 - (1 - progress) ** 3;
  return {
    left: from.left + (to.left - from.left) * eased,
    right: from.right + (to.right - from.right) * eased,
  };
}

export function sameViewport(a: Viewport, b: Viewport): boolean {
  return a.left === b.left && a.right === b.right;
}
