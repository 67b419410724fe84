// Runs in the browser: the panel as the page has it, on a flame graph of 50,000 nodes.
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { FlameGraphPanel } from '../../apps/profiling-remote/src/flame-graph/index.ts';
import { manyFrames } from './many-frames.ts';

/** Shows the panel, and notes how long it takes from each key to the picture after it. */
export function show(nodes: number): void {
  const tree = manyFrames(nodes);
  function Page() {
    const [query, onQueryChange] = useState('');
    return createElement(FlameGraphPanel, {
      testId: 'graph',
      title: 'Service',
      tree,
      unit: 'nanoseconds',
      height: 640,
      query,
      onQueryChange,
    });
  }
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  createRoot(root).render(createElement(Page));
  addEventListener('input', noteNextPicture, { capture: true });
}

/** Milliseconds from each key to its picture. */
export const keyToPaint: number[] = [];

function noteNextPicture({ timeStamp }: Event): void {
  const { port1, port2 } = new MessageChannel();
  // A message that a frame's callback sends arrives when the frame is painted.
  port1.onmessage = () => keyToPaint.push(performance.now() - timeStamp);
  requestAnimationFrame(() => port2.postMessage(undefined));
}
