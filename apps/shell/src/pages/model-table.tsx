import { LoaderCircle } from 'lucide-react';
import { type ModelRow } from './ai-performance.tsx';
import { mb } from './memory-bar.tsx';
import { duration } from './page-frame.tsx';

interface ModelTableProps {
  readonly rows: readonly ModelRow[];
  /** What is being done to a model at this moment. */
  readonly pending: ReadonlyMap<string, 'load' | 'unload'>;
  /** Why the last action on a model failed. */
  readonly failures: ReadonlyMap<string, string>;
  readonly onLoad: (name: string) => void;
  readonly onUnload: (name: string) => void;
}

export function ModelTable({ rows, pending, failures, onLoad, onUnload }: ModelTableProps) {
  return (
    <div className="overflow-x-auto rounded-md border border-gray-800">
      <table className="w-full text-left text-sm">
        <thead className="bg-gray-800/50 text-xs text-gray-400">
          <tr>
            <th scope="col" className="px-3 py-2 font-medium">
              Model
            </th>
            <th scope="col" className="hidden px-3 py-2 font-medium sm:table-cell">
              Category
            </th>
            <th scope="col" className="hidden px-3 py-2 text-right font-medium sm:table-cell">
              Memory
            </th>
            <th scope="col" className="px-3 py-2 font-medium">
              State
            </th>
            <th scope="col" className="hidden px-3 py-2 text-right font-medium lg:table-cell">
              Runs
            </th>
            <th scope="col" className="hidden px-3 py-2 text-right font-medium lg:table-cell">
              Last load
            </th>
            <th scope="col" className="px-3 py-2">
              <span className="sr-only">Action</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-gray-800">
          {rows.map((row) => (
            <Row
              key={row.name}
              row={row}
              pending={pending.get(row.name)}
              failure={failures.get(row.name)}
              onLoad={onLoad}
              onUnload={onUnload}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Pick<ModelTableProps, 'onLoad' | 'onUnload'> {
  readonly row: ModelRow;
  readonly pending: 'load' | 'unload' | undefined;
  readonly failure: string | undefined;
}

function Row({ row, pending, failure, onLoad, onUnload }: RowProps) {
  const memory = row.vram_mb === 0 ? 'CPU' : mb(row.vram_mb);
  const remark = failure ?? row.reason ?? row.assumption;
  return (
    <tr data-testid={`model-${row.name}`} data-state={row.state ?? 'unknown'}>
      <th scope="row" className="px-3 py-2 font-normal">
        <span className="text-gray-100">{row.name}</span>
        <span className="block text-xs text-gray-400 sm:hidden">
          {row.category} · {memory}
        </span>
        {remark !== undefined && (
          <span
            role={failure === undefined ? undefined : 'alert'}
            className={`block max-w-md text-xs ${failure === undefined ? 'text-gray-400' : 'text-red-300'}`}
          >
            {remark}
          </span>
        )}
      </th>
      <td className="hidden px-3 py-2 text-gray-300 sm:table-cell">{row.category}</td>
      <td className="hidden px-3 py-2 text-right whitespace-nowrap text-gray-300 tabular-nums sm:table-cell">
        {memory}
      </td>
      <td className="px-3 py-2">
        <StateBadge state={pending === 'load' ? 'loading' : row.state} />
      </td>
      <td className="hidden px-3 py-2 text-right text-gray-300 tabular-nums lg:table-cell">
        {row.runs ?? '–'}
      </td>
      <td className="hidden px-3 py-2 text-right whitespace-nowrap text-gray-300 tabular-nums lg:table-cell">
        {row.load_ms === undefined ? '–' : duration(row.load_ms)}
      </td>
      <td className="px-3 py-2 text-right">
        <ActionButton row={row} pending={pending} onLoad={onLoad} onUnload={onUnload} />
      </td>
    </tr>
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

function ActionButton({ row, pending, onLoad, onUnload }: Omit<RowProps, 'failure'>) {
  const { name, state } = row;
  if (state !== 'unloaded' && state !== 'loaded') return null;
  const load = state === 'unloaded';
  return (
    <button
      type="button"
      // Not `disabled`: the focus would be lost while the request is on its way.
      aria-disabled={pending !== undefined}
      aria-label={`${load ? 'Load' : 'Unload'} ${name}`}
      onClick={() => pending === undefined && (load ? onLoad : onUnload)(name)}
      className="inline-flex min-w-20 items-center justify-center gap-1.5 rounded-md bg-gray-800 px-3 py-1.5 text-gray-200 hover:bg-gray-700 aria-disabled:opacity-60"
    >
      {pending !== undefined && (
        <LoaderCircle className="size-4 animate-spin motion-reduce:animate-none" aria-hidden />
      )}
      {load ? 'Load' : 'Unload'}
    </button>
  );
}
