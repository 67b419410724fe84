import { type ComponentType, useEffect, useState } from 'react';
import { RemoteSkeleton } from '../remotes/remote-skeleton.tsx';
import { RouteBoundary } from './route-boundary.tsx';

/** Loads a page's code; calling it again after a failure asks again. */
export type LoadPage = () => Promise<{ readonly default: ComponentType }>;

interface LazyPageProps {
  readonly title: string;
  readonly load: LoadPage;
}

/** A page of the host whose code comes when it is needed, and again on Retry when it did not. */
export function LazyPage({ title, load }: LazyPageProps) {
  const [attempt, setAttempt] = useState(1);
  return (
    <RouteBoundary key={attempt} title={title} onRetry={() => setAttempt(attempt + 1)}>
      <Loaded title={title} load={load} />
    </RouteBoundary>
  );
}

/**
 * Not `React.lazy`: what a Suspense boundary reveals is held back until its fallback has been there
 * for 300 ms, which is longer than the code takes.
 */
function Loaded({ title, load }: LazyPageProps) {
  const [Page, setPage] = useState<ComponentType>();
  const [failure, setFailure] = useState<{ readonly reason: unknown }>();
  useEffect(() => {
    let isShown = true;
    load().then(
      (page) => isShown && setPage(() => page.default),
      (reason: unknown) => isShown && setFailure({ reason }),
    );
    return () => {
      isShown = false;
    };
  }, [load]);
  if (failure !== undefined) throw failure.reason;
  return Page === undefined ? <RemoteSkeleton title={title} /> : <Page />;
}
