import { AuditResponse } from '@hsi/backend-api';
import { FileCheck } from 'lucide-react';
import * as v from 'valibot';
import { useLocation, useSearchParams } from 'react-router';
import { auditUrl, PAGE_SIZE, readFilter, withCursor, withFilter } from './audit-address.ts';
import { AuditFilters } from './audit-filters.tsx';
import { AuditTable } from './audit-table.tsx';
import { PageFrame } from './page-frame.tsx';
import { usePolled } from './use-polled.ts';

const POLL_MS = 5_000;

/** Who loaded, unloaded and ran which model, when, how long, and how it ended. */
export function AiAudit() {
  const [address, setAddress] = useSearchParams();
  const url = auditUrl(address);
  const { data, isCurrent, problem } = usePolled(url, AuditResponse, POLL_MS);
  const filter = readFilter(address);
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <PageFrame
      icon={FileCheck}
      title="AI Audit"
      subtitle={`What happened to the models: ${PAGE_SIZE} events to a page, newest first.`}
      problem={problem && sentence(problem, data !== undefined, isCurrent)}
      testId="ai-audit-page"
    >
      <AuditFilters
        filter={filter}
        onChange={(name, value) => {
          // A moment is written in many steps, which are no steps of the history.
          const replace = name === 'from' || name === 'to';
          setAddress(withFilter(address, name, value), { replace });
        }}
        onClear={() => setAddress({})}
      />
      {data && (
        <div
          aria-busy={!isCurrent}
          className={`flex flex-col gap-3 ${isCurrent ? '' : 'opacity-60'}`}
        >
          {data.items.length > 0 ? (
            <AuditTable entries={data.items} traceUrl={data.trace_url} />
          ) : (
            <p className="text-sm text-gray-400">
              {isFiltered || address.has('cursor')
                ? 'No event fits these filters.'
                : 'No model has been loaded or run yet.'}
            </p>
          )}
          <Pages next={isCurrent ? data.next : null} />
        </div>
      )}
    </PageFrame>
  );
}

function sentence(problem: string, hasData: boolean, isCurrent: boolean): string {
  const kept = isCurrent
    ? ' What is shown is what was known before.'
    : ' What is shown does not belong to these filters.';
  return `The audit log could not be read: ${problem}.${hasData ? kept : ''} It is tried again every few seconds.`;
}

/** The cursors that led here, so that there is a way back; a link from elsewhere has none. */
const Trail = v.object({ trail: v.array(v.nullable(v.string())) });

const BUTTON = 'rounded-md bg-gray-800 px-3 py-1.5 text-gray-200 hover:bg-gray-700';

/** Moves between pages; the page is in the address. */
function Pages({ next }: { readonly next: number | null }) {
  const [address, setAddress] = useSearchParams();
  const { state } = useLocation();
  const parsed = v.safeParse(Trail, state);
  const trail = parsed.success ? parsed.output.trail : [];
  const cursor = address.get('cursor');
  if (cursor === null && next === null) return null;

  const go = (to: string | null, by: readonly (string | null)[]) =>
    setAddress(withCursor(address, to ?? undefined), { state: { trail: by } });
  return (
    <nav aria-label="Pages" className="flex flex-wrap gap-2 text-sm">
      {cursor !== null && (
        <button type="button" className={BUTTON} onClick={() => go(null, [])}>
          Newest
        </button>
      )}
      {trail.length > 0 && (
        <button
          type="button"
          className={BUTTON}
          onClick={() => go(trail.at(-1) ?? null, trail.slice(0, -1))}
        >
          Newer
        </button>
      )}
      {next !== null && (
        <button
          type="button"
          className={BUTTON}
          onClick={() => go(String(next), [...trail, cursor])}
        >
          Older
        </button>
      )}
    </nav>
  );
}
