import { createContext, use } from 'react';
import { type PatchPageState } from '../../state/use-page-state.ts';
import { type PageState } from '../../state/page-state.ts';
import { type Questions } from './questions.ts';
import { type PageMoment } from './use-moment.ts';
import { type ZoomStep } from './use-zoom.ts';

/** What every part of the native view works with. */
export interface View {
  readonly state: PageState;
  readonly patch: PatchPageState;
  readonly questions: Questions;
  readonly moment: PageMoment;
  /** Ranges that were left by zooming, the latest last. */
  readonly zoomSteps: readonly ZoomStep[];
  readonly setZoomSteps: (steps: readonly ZoomStep[]) => void;
}

const ViewContext = createContext<View | undefined>(undefined);

export const ViewProvider = ViewContext;

export function useView(): View {
  const view = use(ViewContext);
  if (view === undefined) throw new Error('This part belongs inside the native view.');
  return view;
}
