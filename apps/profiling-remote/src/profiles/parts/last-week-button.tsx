import { useView } from '../data/view-context.tsx';
import { BUTTON } from './look.ts';

const WEEK = { from: 'now-7d', to: 'now' };

/** A way out of a range without data; nothing where the range is that week already. */
export function LastWeekButton() {
  const { state, patch } = useView();
  if (state.from === WEEK.from && state.to === WEEK.to) return null;
  return (
    <button type="button" className={BUTTON} onClick={() => patch(WEEK)}>
      Look at the last 7 days
    </button>
  );
}
