import {
  CONTRACT_VERSION,
  defaultMountContext,
  type MountContext,
  type Unmount,
} from '@hsi/remote-contract';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { expectsNative } from './ladder/view-choice.ts';
import { MountContextProvider } from './page/page-services.tsx';
import { PyroscopePage } from './page/pyroscope-page.tsx';
import { configQuery } from './page/use-config.ts';
import { askFirst } from './profiles/first-questions.ts';
import { parsePageState } from './state/page-state-url.ts';
import './styles.css';

/** The contract version that this build was made with. */
export const contract = CONTRACT_VERSION;

/** Shows the profiling page inside `element` until the returned function is called. */
export function mount(element: HTMLElement, given?: Partial<MountContext>): Unmount {
  const context = defaultMountContext(window, given);
  const client = new QueryClient({
    // The servers may be on this machine: being offline says nothing about them.
    defaultOptions: { queries: { networkMode: 'always', refetchOnWindowFocus: false } },
  });
  void client.prefetchQuery(configQuery(context));
  // The native view's first questions need no configuration, so they do not wait for it.
  const { state } = parsePageState(context.location.get().search, Date.now());
  if (expectsNative(state)) askFirst(client, context, state);

  const container = document.createElement('div');
  container.className = 'hsi-profiling';
  container.dataset['theme'] = context.theme;
  element.append(container);
  const root = createRoot(container);
  root.render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <MountContextProvider context={context}>
          <PyroscopePage />
        </MountContextProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
  context.telemetry({ name: 'profiling.mounted', detail: { version: __REMOTE_VERSION__ } });

  return () => {
    container.remove();
    // React does not unmount a root while it renders another, and a host calls this from an effect.
    queueMicrotask(() => {
      root.unmount();
      void client.cancelQueries();
      client.clear();
    });
  };
}
