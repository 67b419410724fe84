import { type ConfigResponse } from '@hsi/backend-api';
import { AppWindow, Layers } from 'lucide-react';
import { type Rung } from '../ladder/rung.ts';
import { CONTROL } from './controls.tsx';

export interface ViewBarProps {
  readonly rung: Rung;
  readonly demo: ConfigResponse['demo'];
  readonly onSwitch: () => void;
}

/** On which rung of the ladder the page stands and why, and the way to the other view. */
export function ViewBar({ rung, demo, onSwitch }: ViewBarProps) {
  const onFrame = rung.number === 1;
  return (
    <div className="pf:flex pf:flex-wrap pf:items-center pf:gap-x-4 pf:gap-y-2 pf:border-b pf:border-gray-800 pf:px-6 pf:py-1.5 pf:text-sm pf:max-sm:px-3">
      <p
        id="view-badge"
        role="status"
        data-testid="view-badge"
        data-rung={rung.number}
        className="pf:flex pf:flex-[1_1_18rem] pf:flex-wrap pf:items-center pf:gap-x-2 pf:gap-y-1 pf:text-gray-300"
      >
        <span className="pf:rounded-full pf:border pf:border-gray-700 pf:bg-gray-800 pf:px-2.5 pf:py-0.5 pf:font-medium pf:text-gray-100">
          {rung.name}
        </span>
        <span>{rung.reason}</span>
        {rung.wayOut &&
          (rung.wayOut.href === undefined ? (
            <span>{rung.wayOut.text}</span>
          ) : (
            <a
              href={rung.wayOut.href}
              target="_blank"
              rel="noopener noreferrer"
              className="pf:text-accent pf:underline"
            >
              {rung.wayOut.text}
            </a>
          ))}
      </p>
      <button
        type="button"
        data-testid="view-switch"
        className={`${CONTROL} pf:ml-auto`}
        disabled={!rung.canSwitch}
        aria-describedby="view-badge"
        title={rung.canSwitch ? undefined : rung.reason}
        onClick={onSwitch}
      >
        {onFrame ? (
          <Layers className="pf:size-4" aria-hidden />
        ) : (
          <AppWindow className="pf:size-4" aria-hidden />
        )}
        {onFrame ? 'Native view' : 'Grafana dashboard'}
      </button>
      {demo && rung.shown === 'native' && <DemoNote demo={demo} />}
    </div>
  );
}

function DemoNote({ demo }: { readonly demo: NonNullable<ConfigResponse['demo']> }) {
  return (
    <p data-testid="demo-note" className="pf:w-full pf:text-xs pf:text-gray-400">
      Demo: {demo.services.join(', ')} are stand-ins that do real work of their kind; all demo work
      together takes at most {Math.round(demo.cpu_share * 100)}% of one core.
    </p>
  );
}
