import { type NodeIndex } from '@hsi/profile-model';
import { extentOf, ROW_HEIGHT, type Surface } from './draw.ts';
import { firstVisible, type FlameView, nodesOfRow, rowCount } from './flame-view.ts';
import { type Viewport } from './viewport.ts';

/**
 * The frame at a point of the surface (CSS pixels), as drawn: where several frames share a pixel,
 * the widest of them.
 */
export function hitTest(
  view: FlameView,
  viewport: Viewport,
  surface: Surface,
  scrollTop: number,
  point: { readonly x: number; readonly y: number },
): NodeIndex | undefined {
  const row = Math.floor((point.y + scrollTop) / ROW_HEIGHT);
  if (row < 0 || row >= rowCount(view) || point.x < 0 || point.x >= surface.width) return undefined;
  const whole = view.total[view.root]!;
  const perPixel = ((viewport.right - viewport.left) * whole) / surface.width;
  const value = viewport.left * whole + (point.x - 1) * perPixel;
  const nodes = nodesOfRow(view, row);
  const pixel = Math.floor(point.x * surface.pixelRatio);
  let best: NodeIndex | undefined;
  for (let at = firstVisible(view, nodes, value); at < nodes.length; at++) {
    const node = nodes[at]!;
    const { left, right } = extentOf(view, node, viewport, surface);
    if (left * surface.pixelRatio > pixel) break;
    const covers = right * surface.pixelRatio > pixel || left * surface.pixelRatio === pixel;
    if (covers && (best === undefined || view.total[node]! > view.total[best]!)) best = node;
  }
  return best;
}
