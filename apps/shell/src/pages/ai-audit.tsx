import { type AuditEntry, AuditResponse } from '@hsi/backend-api';
import { FileCheck } from 'lucide-react';
import { Link } from 'react-router';
import { duration, PageFrame } from './page-frame.tsx';
import { usePolled } from './use-polled.ts';

const POLL_MS = 5_000;
const ENTRIES = 100;

/** Who loaded, unloaded and ran which model, when, how long, and how it ended. */
export function AiAudit() {
  const { data, problem } = usePolled(`/api/audit?limit=${ENTRIES}`, AuditResponse, POLL_MS);
  return (
    <PageFrame
      icon={FileCheck}
      title="AI Audit"
      subtitle={`What happened to the models: the latest ${ENTRIES} events, newest first.`}
      problem={problem && sentence(problem, data !== undefined)}
      testId="ai-audit-page"
    >
      {data && <AuditTable entries={data.items} traceUrl={data.trace_url} />}
    </PageFrame>
  );
}

function sentence(problem: string, hasData: boolean): string {
  const kept = hasData ? ' What is shown is what was known before.' : '';
  return `The audit log could not be read: ${problem}.${kept} It is tried again every few seconds.`;
}

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
  readonly traceUrl: string | null;
}

function AuditTable({ entries, traceUrl }: AuditTableProps) {
  if (entries.length === 0) {
    return <p className="text-sm text-gray-400">No model has been loaded or run yet.</p>;
  }
  return (
    <div className="overflow-x-auto rounded-md border border-gray-800">
      <table className="w-full text-left text-sm">
        <thead className="bg-gray-800/50 text-xs text-gray-400">
          <tr>
            {COLUMNS.map(({ heading, narrow }) => (
              <th
                key={heading}
                scope="col"
                className={`px-3 py-2 font-medium ${narrow ? '' : WIDE_ONLY}`}
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

function Row({
  entry,
  traceUrl,
}: {
  readonly entry: AuditEntry;
  readonly traceUrl: string | null;
}) {
  const at = new Date(entry.time);
  return (
    <tr data-testid="audit-entry" data-action={entry.action} data-result={entry.result}>
      <td className="px-3 py-2 text-gray-300 tabular-nums sm:whitespace-nowrap">
        <time dateTime={at.toISOString()}>{at.toLocaleString()}</time>
      </td>
      <td className="px-3 py-2 text-gray-200">{entry.action}</td>
      <td className="px-3 py-2 text-gray-100">
        {entry.model}
        {entry.detail !== undefined && (
          <span className="block max-w-md text-xs text-gray-400">{entry.detail}</span>
        )}
      </td>
      <td className={`px-3 py-2 ${RESULTS[entry.result]}`}>{entry.result}</td>
      <td className={`px-3 py-2 whitespace-nowrap text-gray-300 tabular-nums ${WIDE_ONLY}`}>
        {duration(entry.duration_ms)}
      </td>
      <td className={`px-3 py-2 text-gray-400 ${WIDE_ONLY}`}>{entry.actor}</td>
      <td className="px-3 py-2">
        <span className="flex gap-3">
          <Link to={profileOf(entry)} className="text-accent underline">
            Profile
          </Link>
          {traceUrl !== null && (
            <a
              href={traceUrl.replace('{trace_id}', entry.trace_id)}
              target="_blank"
              rel="noopener noreferrer"
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

/** Profiles are sent every ten seconds or so, and are found by the time of their sample. */
const AROUND_MS = 30_000;

/** The profiling page around the entry's moment, on the entry's model. */
export function profileOf(entry: Pick<AuditEntry, 'time' | 'duration_ms' | 'model'>): string {
  const query = new URLSearchParams({
    view: 'profiles',
    service: 'nemotron-backend',
    model: entry.model,
    from: String(Math.floor(entry.time - AROUND_MS)),
    to: String(Math.ceil(entry.time + entry.duration_ms + AROUND_MS)),
  });
  return `/pyroscope?${query}`;
}
