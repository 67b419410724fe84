import { useEffect, useState } from 'react';

/** Milliseconds after which the skeleton says that it still waits. */
const SENTENCE_AFTER_MS = 3_000;

/** Shown at once while a remote loads; after a while it says so in words too. */
export function RemoteSkeleton({ title }: { readonly title: string }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SENTENCE_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);

  return (
    <div className="flex h-full flex-col gap-6 p-6" data-testid="remote-loading" aria-busy="true">
      <p role="status" className="text-sm text-gray-400 empty:-mb-6">
        {slow ? `${title} is still loading. The rest of the application works meanwhile.` : ''}
      </p>
      <div className="flex animate-pulse flex-col gap-6 motion-reduce:animate-none" aria-hidden>
        <div className="h-8 w-48 rounded bg-gray-800" />
        <div className="h-4 w-72 max-w-full rounded bg-gray-800" />
        <div className="h-48 rounded bg-gray-800" />
        <div className="grid gap-6 lg:grid-cols-2">
          <div className="h-64 rounded bg-gray-800" />
          <div className="h-64 rounded bg-gray-800" />
        </div>
      </div>
    </div>
  );
}
