import { createContext, use } from 'react';
import { type PatchPageState } from '../../state/use-page-state.ts';
import { type PageState } from '../../state/page-state.ts';
import { type Questions } from './questions.ts';
import { type PageMoment } from './use-moment.ts';

/** What every part of the native view works with. */
export interface View {
  readonly state: PageState;
  readonly patch: PatchPageState;
  readonly questions: Questions;
  readonly moment: PageMoment;
}

const ViewContext = createContext<View | undefined>(undefined);

export const ViewProvider = ViewContext;

export function useView(): View {
  const view = use(ViewContext);
  if (view === undefined) throw new Error('This part belongs inside the native view.');
  return view;
}
