import { AlertTriangle } from 'lucide-react';
import { useServerState } from '../data/use-server-state.ts';
import { useView } from '../data/view-context.tsx';
import { formatClock } from '../model/time-text.ts';
import { AUTO_REFRESH, type AutoRefresh } from './auto-refresh.ts';
import { BUTTON } from './look.ts';
import { Picker } from './picker.tsx';

export interface StatusLineProps {
  readonly autoRefresh: AutoRefresh;
  readonly onAutoRefresh: (value: AutoRefresh) => void;
  /** Asks everything that failed again, now. */
  readonly onRetry: () => void;
}

/** Of when the data is, and what is wrong with the server. */
export function StatusLine({ onRetry }: Pick<StatusLineProps, 'onRetry'>) {
  const { moment } = useView();
  const { away, slow } = useServerState();
  return (
    <div className="pf:ml-auto pf:flex pf:min-h-8 pf:max-sm:order-1 pf:max-sm:col-span-2 pf:min-w-0 pf:flex-wrap pf:items-center pf:gap-x-3 pf:gap-y-1 pf:text-xs pf:text-gray-400">
      <span role="status" className="pf:min-w-0">
        {slow && away === undefined
          ? 'The profile server is slow; still waiting for its answer.'
          : `As of ${formatClock(moment.now)}`}
      </span>
      {away !== undefined && (
        <span
          role="alert"
          className="pf:flex pf:flex-wrap pf:items-center pf:gap-2 pf:text-yellow-300"
        >
          <AlertTriangle className="pf:size-4 pf:shrink-0" aria-hidden />
          {away.what} {away.advice}
          <button type="button" className={BUTTON} onClick={onRetry}>
            Retry now
          </button>
        </span>
      )}
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
      narrow
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
