import { lazy, Suspense } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { ShellLayout } from './layout/shell-layout.tsx';
import { NotFound } from './pages/not-found.tsx';
import { RouteBoundary } from './pages/route-boundary.tsx';
import { RemoteSkeleton } from './remotes/remote-skeleton.tsx';

const profiling = () => import(/* webpackChunkName: "profiling" */ './remotes/profiling.ts');
const modelZoo = () => import(/* webpackChunkName: "ai" */ './pages/ai-pages.tsx');

const RemotePage = lazy(profiling);
const AiPerformance = lazy(async () => ({ default: (await modelZoo()).AiPerformance }));
const AiAudit = lazy(async () => ({ default: (await modelZoo()).AiAudit }));

/** Begins to load what the address will need before the first render asks for it. */
export function preloadRoute(pathname: string): void {
  const load = /^\/pyroscope(?:\/|$)/.test(pathname) ? profiling : modelZoo;
  // A failure is shown by the route, which asks again.
  load().catch(() => undefined);
}

export function App() {
  return (
    <ShellLayout>
      <Routes>
        <Route index element={<Navigate to="/ai" replace />} />
        <Route path="/ai" element={page('AI Performance', <AiPerformance />)} />
        <Route path="/ai-audit" element={page('AI Audit', <AiAudit />)} />
        <Route
          path="/pyroscope/*"
          element={page(
            'Profiling',
            <RemotePage name="profiling" basename="/pyroscope" title="Profiling" />,
          )}
        />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </ShellLayout>
  );
}

function page(title: string, element: React.ReactNode) {
  return (
    <RouteBoundary key={title} title={title}>
      <Suspense fallback={<RemoteSkeleton title={title} />}>{element}</Suspense>
    </RouteBoundary>
  );
}
