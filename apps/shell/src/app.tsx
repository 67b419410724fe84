import { Navigate, Route, Routes } from 'react-router';
import { ShellLayout } from './layout/shell-layout.tsx';
import { LazyPage } from './pages/lazy-page.tsx';
import { NotFound } from './pages/not-found.tsx';
import { remoteOf } from './remotes/remote-routes.ts';

const profiling = () => import(/* webpackChunkName: "profiling" */ './remotes/profiling.tsx');
const modelZoo = () => import(/* webpackChunkName: "ai" */ './pages/ai-pages.tsx');
const aiPerformance = async () => ({ default: (await modelZoo()).AiPerformance });
const aiAudit = async () => ({ default: (await modelZoo()).AiAudit });

/** Begins to load what the address will need before the first render asks for it. */
export function preloadRoute(pathname: string): void {
  const load = remoteOf(pathname) === undefined ? modelZoo : profiling;
  // A failure is shown by the route, which asks again.
  load().catch(() => undefined);
}

export function App() {
  return (
    <ShellLayout>
      <Routes>
        <Route index element={<Navigate to="/ai" replace />} />
        <Route
          path="/ai"
          element={<LazyPage key="ai" title="AI Performance" load={aiPerformance} />}
        />
        <Route
          path="/ai-audit"
          element={<LazyPage key="ai-audit" title="AI Audit" load={aiAudit} />}
        />
        <Route
          path="/pyroscope/*"
          element={<LazyPage key="pyroscope" title="Profiling" load={profiling} />}
        />
        <Route path="*" element={<NotFound />} />
      </Routes>
    </ShellLayout>
  );
}
