import { LoaderCircle } from 'lucide-react';
import { useRef, useState } from 'react';
import { Link } from 'react-router';
import { bytesAsMb, duration, mb } from './format.ts';
import { type ModelRow } from './model-rows.ts';
import { modelProfileUrl } from './profile-urls.ts';
import { RunPanel } from './run-panel.tsx';
import { type Action, type ModelActions, type Outcome } from './use-model-actions.ts';

/** Which columns a phone and a tablet leave out; the model's cell has their text there. */
const TABLET = 'hidden sm:table-cell';
const DESK = 'hidden lg:table-cell';
const COLUMNS = [
  { heading: 'Model', look: '' },
  { heading: 'Category', look: TABLET },
  { heading: 'Budget', look: `${TABLET} text-right` },
  { heading: 'Measured', look: `${DESK} text-right` },
  { heading: 'State', look: '' },
  { heading: 'Runs', look: `${DESK} text-right` },
  { heading: 'Last load', look: `${DESK} text-right` },
];

interface ModelTableProps {
  readonly rows: readonly ModelRow[];
  readonly actions: ModelActions;
  /** After a run, however it ended. */
  readonly onRun: () => void;
}

export function ModelTable({ rows, actions, onRun }: ModelTableProps) {
  const [opened, setOpened] = useState<string>();
  const runButtons = useRef(new Map<string, HTMLButtonElement>());
  const close = (name: string) => {
    setOpened(undefined);
    runButtons.current.get(name)?.focus();
  };
  return (
    <div className="overflow-x-auto rounded-md border border-gray-800">
      <table className="w-full text-left text-sm">
        <thead className="bg-gray-800/50 text-xs text-gray-400">
          <tr>
            {COLUMNS.map(({ heading, look }) => (
              <th
                key={heading}
                scope="col"
                className={`px-3 py-2 font-medium whitespace-nowrap ${look}`}
              >
                {heading}
              </th>
            ))}
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">Actions</span>
            </th>
          </tr>
        </thead>
        {rows.map((row) => (
          <tbody key={row.name} className="border-t border-gray-800">
            <Row
              row={row}
              pending={actions.pending.get(row.name)}
              outcome={actions.outcomes.get(row.name)}
              isOpen={opened === row.name}
              onAct={(action) => actions.act(row.name, action)}
              onOpen={() => (opened === row.name ? close(row.name) : setOpened(row.name))}
              runButton={(button) => {
                if (button) runButtons.current.set(row.name, button);
              }}
            />
            {opened === row.name && (
              <tr className="bg-gray-900/60">
                <td colSpan={COLUMNS.length + 1} className="p-3">
                  <RunPanel row={row} onRun={onRun} onClose={() => close(row.name)} />
                </td>
              </tr>
            )}
          </tbody>
        ))}
      </table>
    </div>
  );
}

interface RowProps {
  readonly row: ModelRow;
  readonly pending: Action | undefined;
  readonly outcome: Outcome | undefined;
  readonly isOpen: boolean;
  readonly onAct: (action: Action) => void;
  readonly onOpen: () => void;
  readonly runButton: (button: HTMLButtonElement | null) => void;
}

function Row(props: RowProps) {
  const { row, pending, outcome } = props;
  const memory = row.vram_mb === 0 ? 'CPU' : mb(row.vram_mb);
  const measured = row.measured_memory_bytes;
  return (
    <tr data-testid={`model-${row.name}`} data-state={row.state ?? 'unknown'}>
      <th scope="row" className="px-3 py-2 font-normal">
        <span className="mr-2 text-gray-100">{row.name}</span>
        {row.weights === 'demo' && (
          <span className="inline-block rounded border border-gray-700 px-1.5 text-xs whitespace-nowrap text-gray-400">
            demo weights
          </span>
        )}
        <span className="block text-xs text-gray-400 sm:hidden">
          {row.category} · {memory}
        </span>
        {measured !== undefined && (
          <span className="block text-xs text-gray-400 lg:hidden">
            measured {bytesAsMb(measured)}
          </span>
        )}
        <Remark row={row} outcome={outcome} />
      </th>
      <td className={`px-3 py-2 text-gray-300 ${TABLET}`}>{row.category}</td>
      <td className={`px-3 py-2 text-right whitespace-nowrap text-gray-300 tabular-nums ${TABLET}`}>
        {memory}
      </td>
      <td className={`px-3 py-2 text-right whitespace-nowrap text-gray-300 tabular-nums ${DESK}`}>
        {measured === undefined ? '–' : bytesAsMb(measured)}
      </td>
      <td className="px-3 py-2">
        <StateBadge state={pending === 'load' ? 'loading' : row.state} />
        {row.in_use !== undefined && row.in_use > 0 && (
          <span className="block text-xs text-gray-400">in use</span>
        )}
      </td>
      <td className={`px-3 py-2 text-right text-gray-300 tabular-nums ${DESK}`}>
        {row.runs ?? '–'}
      </td>
      <td className={`px-3 py-2 text-right whitespace-nowrap text-gray-300 tabular-nums ${DESK}`}>
        {row.load_ms === undefined ? '–' : duration(row.load_ms)}
      </td>
      <td className="px-3 py-2">
        <Actions {...props} />
      </td>
    </tr>
  );
}

/** Why the model is as it is, and how the last action ended. */
function Remark({ row, outcome }: Pick<RowProps, 'row' | 'outcome'>) {
  const why = row.reason ?? row.assumption;
  return (
    <>
      {why !== undefined && <span className="block max-w-md text-xs text-gray-400">{why}</span>}
      {outcome !== undefined && (
        <span
          role={outcome.failed ? 'alert' : 'status'}
          className={`block max-w-md text-xs ${outcome.failed ? 'text-red-300' : 'text-gray-300'}`}
        >
          {outcome.text}
        </span>
      )}
    </>
  );
}

const BADGES: Readonly<Record<NonNullable<ModelRow['state']>, string>> = {
  loaded: 'bg-accent/15 text-accent',
  loading: 'bg-sky-500/15 text-sky-300',
  unloaded: 'bg-gray-800 text-gray-300',
  disabled: 'bg-gray-800 text-gray-400',
  unavailable: 'bg-red-500/15 text-red-300',
};

function StateBadge({ state }: { readonly state: ModelRow['state'] }) {
  const look = state === undefined ? 'bg-gray-800 text-gray-400' : BADGES[state];
  return (
    <span className={`rounded px-2 py-0.5 text-xs whitespace-nowrap ${look}`}>
      {state ?? 'unknown'}
    </span>
  );
}

const BUTTON =
  'inline-flex items-center justify-center gap-1.5 rounded-md bg-gray-800 px-3 py-1.5 text-gray-200 hover:bg-gray-700 aria-disabled:opacity-60';

function Actions({ row, pending, isOpen, onAct, onOpen, runButton }: RowProps) {
  const { name, state } = row;
  if (state !== 'unloaded' && state !== 'loaded' && state !== 'loading') return null;
  const action = state === 'loaded' ? 'unload' : 'load';
  const isBusy = pending !== undefined || state === 'loading';
  return (
    <span className="flex flex-col items-stretch justify-end gap-2 sm:flex-row sm:items-center">
      <Link
        to={modelProfileUrl(name)}
        aria-label={`Profile of ${name}`}
        className="text-center text-accent underline sm:mr-1"
      >
        Profile
      </Link>
      <button
        type="button"
        // Not `disabled`: the focus would be lost while the request is on its way.
        aria-disabled={isBusy}
        aria-label={`${action === 'load' ? 'Load' : 'Unload'} ${name}`}
        onClick={() => !isBusy && onAct(action)}
        className={`${BUTTON} min-w-20`}
      >
        {isBusy && (
          <LoaderCircle className="size-4 animate-spin motion-reduce:animate-none" aria-hidden />
        )}
        {action === 'load' ? 'Load' : 'Unload'}
      </button>
      <button
        ref={runButton}
        type="button"
        aria-expanded={isOpen}
        aria-label={`Run ${name}`}
        onClick={onOpen}
        className={BUTTON}
      >
        Run
      </button>
    </span>
  );
}
