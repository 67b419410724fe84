import { keepFiles, keeperPage } from '../kept-files/keep-files.ts';
import { whenQuiet } from '../kept-files/when-quiet.ts';
import { loadRemote } from './load-remote.ts';
import { RemotePage } from './remote-page.tsx';
import { PROFILING } from './remote-routes.ts';

// The chunk of the route starts the remote's load by itself: it need not wait for the first render.
// A failure is kept for nobody here; the page asks again and shows it.
loadRemote(PROFILING)
  .then(() => whenQuiet(window, () => void keepForNextVisit()))
  .catch(() => undefined);

export default function Profiling() {
  return <RemotePage route={PROFILING} title="Profiling" />;
}

async function keepForNextVisit(): Promise<void> {
  if (process.env['NODE_ENV'] !== 'production') return;
  try {
    const page = keeperPage(window, PROFILING.basename);
    if (page !== undefined) await keepFiles(page);
  } catch {
    // What goes wrong here is no failure of this visit: also a browser that keeps nothing for sites.
  }
}
