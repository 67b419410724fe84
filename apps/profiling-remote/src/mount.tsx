import {
  CONTRACT_VERSION,
  defaultMountContext,
  type MountContext,
  type Unmount,
} from '@hsi/remote-contract';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { fetchAfter, takeAnswers } from './ahead/answers.ts';
import { expectsNative } from './ladder/view-choice.ts';
import { MountContextProvider } from './page/page-services.tsx';
import { PyroscopePage } from './page/pyroscope-page.tsx';
import { configQuery } from './page/use-config.ts';
import { askFirst } from './profiles/first-questions.ts';
import { parsePageState } from './state/page-state-url.ts';
import './styles.css';

/** The contract version that this build was made with. */
export const contract = CONTRACT_VERSION;

/**
 * The longest that the first render waits for answers that were asked ahead. The host's skeleton
 * stands meanwhile; a page that is rendered before them is rendered once more for each of them.
 */
const MOMENT_MS = 120;

/** Shows the profiling page inside `element` until the returned function is called. */
export function mount(element: HTMLElement, given?: Partial<MountContext>): Unmount {
  const context = defaultMountContext(window, given);
  const client = new QueryClient({
    // The servers may be on this machine: being offline says nothing about them.
    defaultOptions: { queries: { networkMode: 'always', refetchOnWindowFocus: false } },
  });
  const config = client.prefetchQuery(configQuery(context));
  // The native view's first questions need no configuration, so they do not wait for it.
  const { search } = context.location.get();
  const { profilesUrl, tenant } = context;
  const ahead = takeAnswers({ profilesUrl, tenant, search });
  const { state } = parsePageState(search, Date.now());
  const fetch = ahead === undefined ? context.fetch : fetchAfter(ahead, context.fetch);
  const first = expectsNative(state)
    ? askFirst(client, { ...context, fetch }, state, ahead?.now)
    : Promise.resolve();

  const container = document.createElement('div');
  container.className = 'hsi-profiling';
  container.dataset['theme'] = context.theme;
  element.append(container);
  const root = createRoot(container);
  let isMounted = true;
  const render = () => {
    if (!isMounted) return;
    root.render(
      <StrictMode>
        <QueryClientProvider client={client}>
          <MountContextProvider context={context}>
            <PyroscopePage />
          </MountContextProvider>
        </QueryClientProvider>
      </StrictMode>,
    );
  };
  // Answers that are here already need a moment to be read; without it the page would be rendered
  // empty, and then once more for each of them.
  if (ahead === undefined) render();
  else void Promise.race([Promise.all([config, first]), delay(MOMENT_MS)]).then(render);
  context.telemetry({ name: 'profiling.mounted', detail: { version: __REMOTE_VERSION__ } });

  return () => {
    isMounted = false;
    container.remove();
    // React does not unmount a root while it renders another, and a host calls this from an effect.
    queueMicrotask(() => {
      root.unmount();
      void client.cancelQueries();
      client.clear();
    });
  };
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
