import { type TimeRange } from '@hsi/profile-model';
import { type RangeText, absoluteRange } from '../model/time-range.ts';
import { useView } from './view-context.tsx';

/** A range that was left by zooming. */
export interface ZoomStep {
  readonly text: RangeText;
  readonly range: TimeRange;
  /** What the zoom led to: only there is this step the way back. */
  readonly next: RangeText;
}

export interface Zoom {
  /** The range that the way back leads to. */
  readonly previous: ZoomStep | undefined;
  readonly to: (range: TimeRange) => void;
  readonly back: () => void;
  /** Chooses a range by other means, which forgets the way back. */
  readonly choose: (text: RangeText) => void;
}

/**
 * Zooming in time, and the way back one step at a time. The range also changes without this (the
 * browser's buttons, a link), so a step counts only where the range is the one it led to.
 */
export function useZoom(): Zoom {
  const { state, patch, moment, zoomSteps, setZoomSteps } = useView();
  const { from, to } = state;
  const place = zoomSteps.findLastIndex(({ next }) => next.from === from && next.to === to);
  return {
    previous: zoomSteps[place],
    to: (range) => {
      const next = absoluteRange(range);
      const before = zoomSteps.slice(0, place + 1);
      setZoomSteps([...before, { text: { from, to }, range: moment.range, next }]);
      patch(next);
    },
    back: () => {
      const last = zoomSteps[place];
      if (last === undefined) return;
      // The steps stay: the browser's Back leads to where they are right again.
      patch(last.text);
    },
    choose: (text) => {
      setZoomSteps([]);
      patch(text);
    },
  };
}
