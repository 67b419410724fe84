import { type LabelScope, NO_LABELS } from '../label-scope.ts';
import { tracker } from '../scope-tracker.ts';

/** Stands in for the native sampler: knows the labels that a sample would get at this moment. */
export function watchLabels(): { now: () => Readonly<Record<string, string>>; stop: () => void } {
  let scope: LabelScope = NO_LABELS;
  tracker.start((entered) => {
    scope = entered;
  });
  return {
    now: () => scope.labels,
    stop: () => {
      tracker.stop();
    },
  };
}
