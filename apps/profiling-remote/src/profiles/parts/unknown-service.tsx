import { useView } from '../data/view-context.tsx';
import { rangeTitle } from '../model/time-text.ts';
import { LastWeekButton } from './last-week-button.tsx';
import { BUTTON, PANEL } from './look.ts';

/** The address names a service that nobody knows here: says so, with the ways out. */
export function UnknownService({ service }: { readonly service: string }) {
  const { state, patch, moment } = useView();
  const filtered = state.filters.length > 0;
  return (
    <section role="alert" data-testid="unknown-service" className={`${PANEL} pf:p-4`}>
      <p className="pf:break-words" dir="auto">
        No service named “{service}” sent profiles{filtered && ' that fit the filters'} in this
        range ({rangeTitle(state, moment.range)}).
      </p>
      <div className="pf:mt-3 pf:flex pf:flex-wrap pf:gap-2">
        <button
          type="button"
          className={BUTTON}
          onClick={() => patch({ service: undefined, model: undefined, focus: [] })}
        >
          Show all services
        </button>
        {filtered && (
          <button type="button" className={BUTTON} onClick={() => patch({ filters: [] })}>
            Remove the filters
          </button>
        )}
        <LastWeekButton />
      </div>
    </section>
  );
}
