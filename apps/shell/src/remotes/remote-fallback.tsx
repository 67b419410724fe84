import { ExternalLink, RefreshCw, TriangleAlert } from 'lucide-react';
import { type RemoteFailure } from './remote-failure.ts';
import { useProfilingLinks } from './use-profiling-links.ts';

interface RemoteFallbackProps {
  readonly title: string;
  readonly failure: RemoteFailure;
  readonly attempt: number;
  readonly onRetry: () => void;
}

/** What stands in a remote's place when it cannot load: why, another try, and ways around it. */
export function RemoteFallback({ title, failure, attempt, onRetry }: RemoteFallbackProps) {
  const links = useProfilingLinks();
  return (
    <section
      className="mx-auto flex h-full max-w-2xl flex-col justify-center gap-5 p-6"
      data-testid="remote-fallback"
      data-phase={failure.phase}
    >
      <div role="alert" className="flex flex-col gap-3">
        <h1 className="flex items-center gap-3 text-xl font-semibold text-gray-100">
          <TriangleAlert className="size-6 shrink-0 text-yellow-500" aria-hidden />
          {title} could not be loaded
        </h1>
        <p className="break-words text-gray-300" data-testid="remote-failure">
          {failure.message}
        </p>
        {attempt > 1 && (
          <p className="text-sm text-gray-400">Tried {attempt} times; it still fails.</p>
        )}
      </div>
      <p className="text-sm text-gray-400">
        Everything else keeps working. The profiles can be looked at without this page.
        {!links.some(({ testId }) => testId === 'fallback-grafana-link') && (
          <span> No Grafana is configured.</span>
        )}
      </p>
      <div className="flex flex-wrap gap-3">
        <button
          type="button"
          onClick={onRetry}
          autoFocus={attempt > 1}
          data-testid="remote-retry"
          className="flex items-center gap-2 rounded-md bg-accent px-4 py-2 font-medium text-black hover:brightness-110"
        >
          <RefreshCw className="size-4" aria-hidden />
          Retry
        </button>
        {links.map(({ label, url, testId }) => (
          <a
            key={label}
            href={url}
            target="_blank"
            rel="noopener noreferrer"
            data-testid={testId}
            className="flex items-center gap-2 rounded-md bg-gray-800 px-4 py-2 text-gray-200 hover:bg-gray-700"
          >
            {label}
            <ExternalLink className="size-4" aria-hidden />
          </a>
        ))}
      </div>
    </section>
  );
}
