import { AlertTriangle } from 'lucide-react';
import { useServerState } from '../data/use-server-state.ts';
import { useView } from '../data/view-context.tsx';
import { formatClock } from '../model/time-text.ts';
import { AUTO_REFRESH, type AutoRefresh } from './auto-refresh.ts';
import { BUTTON } from './look.ts';
import { Picker } from './picker.tsx';

const NOTICE =
  'pf:pointer-events-auto pf:flex pf:items-center pf:gap-2 pf:rounded-lg pf:border pf:border-gray-600 ' +
  'pf:bg-gray-900 pf:px-3 pf:py-2 pf:text-sm pf:text-gray-100 pf:shadow-lg';

export interface StatusLineProps {
  readonly autoRefresh: AutoRefresh;
  readonly onAutoRefresh: (value: AutoRefresh) => void;
  /** Asks everything that failed again, now. */
  readonly onRetry: () => void;
}

/** Of when the data is. What is wrong with the server lies over the page, so that nothing moves. */
export function StatusLine({ onRetry }: Pick<StatusLineProps, 'onRetry'>) {
  const { moment } = useView();
  const { away, slow } = useServerState();
  return (
    <div className="pf:ml-auto pf:flex pf:min-h-8 pf:items-center pf:text-xs pf:text-gray-400 pf:max-sm:order-1">
      <span>As of {formatClock(moment.now)}</span>
      <div className="pf:pointer-events-none pf:fixed pf:right-4 pf:bottom-4 pf:z-40 pf:max-w-[min(32rem,calc(100vw-2rem))]">
        <span role="status">
          {slow && away === undefined && (
            <span className={NOTICE}>
              The profile server is slow; still waiting for its answer.
            </span>
          )}
        </span>
        {away !== undefined && (
          <div role="alert" className={`${NOTICE} pf:border-yellow-700 pf:text-yellow-300`}>
            <AlertTriangle className="pf:size-4 pf:shrink-0" aria-hidden />
            <span>
              {away.what} {away.advice}
            </span>
            <button type="button" className={BUTTON} onClick={onRetry}>
              Retry now
            </button>
          </div>
        )}
      </div>
    </div>
  );
}

/** How often the page renews itself. */
export function AutoRefreshPicker({
  autoRefresh,
  onAutoRefresh,
}: Omit<StatusLineProps, 'onRetry'>) {
  const { moment } = useView();
  return (
    <Picker
      label="Auto refresh"
      width="pf:w-20"
      value={autoRefresh}
      disabled={!moment.relative}
      hint={moment.relative ? undefined : 'A range of fixed times has nothing new.'}
      onChange={(value) => {
        const chosen = AUTO_REFRESH.find((option) => option === value);
        if (chosen !== undefined) onAutoRefresh(chosen);
      }}
    >
      {AUTO_REFRESH.map((option) => (
        <option key={option}>{option}</option>
      ))}
    </Picker>
  );
}
