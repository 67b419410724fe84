import { type NodeIndex } from '@hsi/profile-model';
import { extentOf, ROW_HEIGHT, type Surface } from './draw.ts';
import { childrenIn, type FlameView, nodesOfRow, rowCount } from './flame-view.ts';
import { clampViewport, type Viewport } from './viewport.ts';

/** Steps on the screen: `up` and `down` between rows, `left` and `right` within one. */
export type Step = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/**
 * The frame one step from `node`; the node itself where there is none. Away from the root it goes to
 * the widest child, within a row to the neighbour whoever its parent is; `first` is the root, `last`
 * the end of the heaviest way down.
 */
export function move(view: FlameView, node: NodeIndex, step: Step): NodeIndex {
  switch (step) {
    case 'up':
      return vertical(view, node, -1);
    case 'down':
      return vertical(view, node, 1);
    case 'left':
      return neighbour(view, node, -1);
    case 'right':
      return neighbour(view, node, 1);
    case 'first':
      return view.root;
    case 'last':
      return heaviestLeaf(view, node);
  }
}

function vertical(view: FlameView, node: NodeIndex, step: 1 | -1): NodeIndex {
  const fromRoot = Math.sign(view.row[node]! - view.row[view.root]!);
  if (fromRoot === -step) return view.parent[node]!;
  return widest(view, childrenIn(view, node, step)) ?? node;
}

function widest(view: FlameView, nodes: readonly NodeIndex[]): NodeIndex | undefined {
  let best: NodeIndex | undefined;
  for (const node of nodes) {
    if (best === undefined || view.total[node]! > view.total[best]!) best = node;
  }
  return best;
}

function neighbour(view: FlameView, node: NodeIndex, step: 1 | -1): NodeIndex {
  const nodes = nodesOfRow(view, view.row[node]!);
  return nodes[nodes.indexOf(node) + step] ?? node;
}

function heaviestLeaf(view: FlameView, node: NodeIndex): NodeIndex {
  const step = view.row[node]! < view.row[view.root]! ? -1 : 1;
  for (let at = node; ;) {
    const next = widest(view, childrenIn(view, at, step));
    if (next === undefined) return at;
    at = next;
  }
}

/** The viewport moved, not zoomed, so far that a node is seen. */
export function revealInViewport(view: FlameView, node: NodeIndex, viewport: Viewport): Viewport {
  const whole = view.total[view.root]!;
  if (whole <= 0) return viewport;
  const left = view.start[node]! / whole;
  const right = left + view.total[node]! / whole;
  const isSeen = left < viewport.right && right > viewport.left;
  const fits = left >= viewport.left && right <= viewport.right;
  const width = viewport.right - viewport.left;
  if (fits || (isSeen && right - left >= width)) return viewport;
  const middle = (left + right) / 2;
  return clampViewport({ left: middle - width / 2, right: middle + width / 2 });
}

/** The scroll position, as near to the present one as possible, at which a node's row is whole. */
export function revealRow(
  view: FlameView,
  node: NodeIndex,
  scrollTop: number,
  height: number,
): number {
  const top = view.row[node]! * ROW_HEIGHT;
  const wanted = Math.max(top + ROW_HEIGHT - height, Math.min(scrollTop, top));
  return scrollWithin(view, wanted, height);
}

/** As {@link revealRow}; a row that is not seen goes to the middle, with rows above and below it. */
export function centerRow(
  view: FlameView,
  node: NodeIndex,
  scrollTop: number,
  height: number,
): number {
  if (revealRow(view, node, scrollTop, height) === scrollTop) return scrollTop;
  return scrollWithin(view, (view.row[node]! + 0.5) * ROW_HEIGHT - height / 2, height);
}

function scrollWithin(view: FlameView, wanted: number, height: number): number {
  const most = Math.max(0, rowCount(view) * ROW_HEIGHT - height);
  return Math.min(most, Math.max(0, wanted));
}

/** A point of the surface just under a node's visible part: where to say something about it. */
export function pointBelow(
  view: FlameView,
  node: NodeIndex,
  viewport: Viewport,
  surface: Surface,
  scrollTop: number,
): { x: number; y: number } {
  const { left, right } = extentOf(view, node, viewport, surface);
  const x = (Math.max(0, left) + Math.min(surface.width, right)) / 2;
  return {
    x: Math.min(surface.width, Math.max(0, x)),
    y: (view.row[node]! + 1) * ROW_HEIGHT - scrollTop,
  };
}
