import { type Surface } from '@hsi/flamegraph';

/** Where nothing can be measured: no layout engine, or an element that is not shown. */
const UNMEASURED = 800;

/** The width of what is in a graph's scrolling element, CSS pixels. Of interest only now: it changes. */
export function widthIn(scroller: HTMLElement | null): number {
  const width = scroller?.clientWidth ?? 0;
  return width > 0 ? width : UNMEASURED;
}

/** What is painted on in a graph's scrolling element. */
export function surfaceIn(
  scroller: HTMLElement | null,
  height: number,
  pixelRatio: number,
): Surface {
  return { width: widthIn(scroller), height, pixelRatio };
}
