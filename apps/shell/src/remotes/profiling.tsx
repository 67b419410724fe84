import { loadRemote } from './load-remote.ts';
import { RemotePage } from './remote-page.tsx';
import { PROFILING } from './remote-routes.ts';

// The chunk of the route starts the remote's load by itself: it need not wait for the first render.
// A failure is kept for nobody here; the page asks again and shows it.
loadRemote(PROFILING).catch(() => undefined);

export default function Profiling() {
  return <RemotePage route={PROFILING} title="Profiling" />;
}
