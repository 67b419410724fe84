import { type AuditEntry } from '@hsi/backend-api';
import { Link } from 'react-router';
import { duration } from './format.ts';
import { spanProfileUrl } from './profile-urls.ts';

/** Hidden on a phone. */
const WIDE_ONLY = 'hidden sm:table-cell';
const COLUMNS = [
  { heading: 'Time', narrow: true },
  { heading: 'Action', narrow: true },
  { heading: 'Model', narrow: true },
  { heading: 'Result', narrow: true },
  { heading: 'Duration', narrow: false },
  { heading: 'By', narrow: false },
  { heading: 'More', narrow: true },
];

interface AuditTableProps {
  readonly entries: readonly AuditEntry[];
  /** With `{trace_id}` to fill in; null when no trace store is known. */
  readonly traceUrl: string | null;
}

export function AuditTable({ entries, traceUrl }: AuditTableProps) {
  return (
    <div className="overflow-x-auto rounded-md border border-gray-800">
      <table className="w-full text-left text-sm">
        <thead className="bg-gray-800/50 text-xs text-gray-400">
          <tr>
            {COLUMNS.map(({ heading, narrow }) => (
              <th
                key={heading}
                scope="col"
                className={`px-2 py-2 font-medium sm:px-3 ${narrow ? '' : WIDE_ONLY}`}
              >
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-gray-800">
          {entries.map((entry) => (
            <Row key={entry.id} entry={entry} traceUrl={traceUrl} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const RESULTS: Readonly<Record<AuditEntry['result'], string>> = {
  ok: 'text-accent',
  failed: 'text-red-300',
  refused: 'text-yellow-300',
};
const CELL = 'px-2 py-2 sm:px-3';

interface RowProps {
  readonly entry: AuditEntry;
  readonly traceUrl: string | null;
}

function Row({ entry, traceUrl }: RowProps) {
  const at = new Date(entry.time);
  const what = `${entry.action} of ${entry.model} at ${at.toLocaleTimeString()}`;
  return (
    <tr
      data-testid="audit-entry"
      data-action={entry.action}
      data-model={entry.model}
      data-result={entry.result}
      data-span={entry.span_id}
    >
      <td className={`${CELL} text-gray-300 tabular-nums sm:whitespace-nowrap`}>
        <time dateTime={at.toISOString()}>
          <span className="hidden sm:inline">{at.toLocaleDateString()} </span>
          <span className="block text-xs text-gray-400 sm:hidden">
            {at.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })}
          </span>
          {at.toLocaleTimeString()}
        </time>
      </td>
      <td className={`${CELL} text-gray-200`}>{entry.action}</td>
      <td className={`${CELL} break-words text-gray-100`}>
        {entry.model}
        <span className="block text-xs text-gray-400 sm:hidden">
          {duration(entry.duration_ms)}, by {entry.actor}
        </span>
        {entry.detail !== undefined && (
          <span className="block max-w-md text-xs text-gray-400">{entry.detail}</span>
        )}
      </td>
      <td className={`${CELL} ${RESULTS[entry.result]}`}>{entry.result}</td>
      <td className={`${CELL} whitespace-nowrap text-gray-300 tabular-nums ${WIDE_ONLY}`}>
        {duration(entry.duration_ms)}
      </td>
      <td className={`${CELL} text-gray-400 ${WIDE_ONLY}`}>{entry.actor}</td>
      <td className={CELL}>
        <span className="flex flex-wrap gap-x-3">
          <Link
            to={spanProfileUrl(entry)}
            aria-label={`Profile: ${what}`}
            className="text-accent underline"
          >
            Profile
          </Link>
          {traceUrl !== null && (
            <a
              href={traceUrl.replace('{trace_id}', entry.trace_id)}
              target="_blank"
              rel="noopener noreferrer"
              aria-label={`Trace: ${what} (new tab)`}
              className="text-accent underline"
            >
              Trace
            </a>
          )}
        </span>
      </td>
    </tr>
  );
}
