import { type ComponentType, lazy, Suspense, useState } from 'react';
import { RemoteSkeleton } from '../remotes/remote-skeleton.tsx';
import { RouteBoundary } from './route-boundary.tsx';

interface LazyPageProps {
  readonly title: string;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
}

/** A page of the host whose code comes when it is needed, and again on Retry when it did not. */
export function LazyPage({ title, load }: LazyPageProps) {
  // `lazy` remembers a rejection for ever, so every try has its own.
  const [{ Page, attempt }, setPage] = useState(() => ({ Page: lazy(load), attempt: 1 }));
  return (
    <RouteBoundary
      key={attempt}
      title={title}
      onRetry={() => setPage({ Page: lazy(load), attempt: attempt + 1 })}
    >
      <Suspense fallback={<RemoteSkeleton title={title} />}>
        <Page />
      </Suspense>
    </RouteBoundary>
  );
}
