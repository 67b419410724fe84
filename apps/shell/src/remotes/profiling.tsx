import { loadRemote } from './load-remote.ts';
import { RemotePage } from './remote-page.tsx';

// The chunk of the route starts the remote's load by itself: it need not wait for the first render.
// A failure is kept for nobody here; the page asks again and shows it.
loadRemote('profiling').catch(() => undefined);

export default function Profiling() {
  return <RemotePage name="profiling" basename="/pyroscope" title="Profiling" />;
}
