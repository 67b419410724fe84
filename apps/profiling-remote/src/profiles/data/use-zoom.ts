import { type TimeRange } from '@hsi/profile-model';
import { type RangeText, absoluteRange } from '../model/time-range.ts';
import { useView } from './view-context.tsx';

/** A range that was left by zooming. */
export interface ZoomStep {
  readonly text: RangeText;
  readonly range: TimeRange;
}

export interface Zoom {
  /** The range that the way back leads to. */
  readonly previous: ZoomStep | undefined;
  readonly to: (range: TimeRange) => void;
  readonly back: () => void;
  /** Chooses a range by other means, which forgets the way back. */
  readonly choose: (text: RangeText) => void;
}

/** Zooming in time, and the way back one step at a time. */
export function useZoom(): Zoom {
  const { state, patch, moment, zoomSteps, setZoomSteps } = useView();
  const { from, to } = state;
  return {
    previous: zoomSteps.at(-1),
    to: (range) => {
      setZoomSteps([...zoomSteps, { text: { from, to }, range: moment.range }]);
      patch(absoluteRange(range));
    },
    back: () => {
      const last = zoomSteps.at(-1);
      if (last === undefined) return;
      setZoomSteps(zoomSteps.slice(0, -1));
      patch(last.text);
    },
    choose: (text) => {
      setZoomSteps([]);
      patch(text);
    },
  };
}
