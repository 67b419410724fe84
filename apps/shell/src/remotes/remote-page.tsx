import { type RemoteModule } from '@hsi/remote-contract';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { HOST_CONTEXT } from './host-context.ts';
import { forgetFiles } from '../kept-files/keep-files.ts';
import { createHostLocation, type HostLocation } from './host-location.ts';
import { loadRemote } from './load-remote.ts';
import { RemoteFallback } from './remote-fallback.tsx';
import { reasonOf, RemoteFailure } from './remote-failure.ts';
import { type RemoteRoute } from './remote-routes.ts';
import { RemoteSkeleton } from './remote-skeleton.tsx';

interface RemotePageProps {
  readonly route: RemoteRoute;
  readonly title: string;
}

type State =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly module: RemoteModule }
  | { readonly status: 'failed'; readonly failure: RemoteFailure };

const LOADING: State = { status: 'loading' };

/** A page whose code another team deploys: found, checked and mounted at run time. */
export function RemotePage({ route, title }: RemotePageProps) {
  const [attempt, setAttempt] = useState(1);
  const [state, setState] = useState<State>(LOADING);

  useEffect(() => {
    let current = true;
    loadRemote(route).then(
      (module) => current && setState({ status: 'ready', module }),
      (error: unknown) => current && setState({ status: 'failed', failure: asFailure(error) }),
    );
    return () => {
      current = false;
    };
  }, [route, attempt]);

  const retry = () => {
    setState(LOADING);
    // Whatever was kept from an earlier visit is asked for anew.
    void forgetFiles()
      .catch(() => undefined)
      .then(() => setAttempt((count) => count + 1));
  };
  if (state.status === 'loading') return <RemoteSkeleton key={attempt} title={title} />;
  if (state.status === 'failed') {
    return (
      <RemoteFallback title={title} failure={state.failure} attempt={attempt} onRetry={retry} />
    );
  }
  return (
    <MountedRemote
      module={state.module}
      basename={route.basename}
      onFailure={(failure) => setState({ status: 'failed', failure })}
    />
  );
}

interface MountedRemoteProps {
  readonly module: RemoteModule;
  readonly basename: string;
  readonly onFailure: (failure: RemoteFailure) => void;
}

function MountedRemote({ module, basename, onFailure }: MountedRemoteProps) {
  const element = useRef<HTMLDivElement>(null);
  const host = useRef<HostLocation>(undefined);
  const navigate = useNavigate();
  const location = useLocation();
  const latest = useRef({ navigate, onFailure });
  useLayoutEffect(() => {
    latest.current = { navigate, onFailure };
  });

  useEffect(() => {
    if (element.current === null) return undefined;
    const own = createHostLocation((to, options) => void latest.current.navigate(to, options));
    host.current = own;
    try {
      return module.mount(element.current, {
        basename,
        location: own.store,
        navigate: own.navigate,
        ...HOST_CONTEXT,
      });
    } catch (error) {
      const reason = `It failed while it started: ${reasonOf(error)}.`;
      latest.current.onFailure(new RemoteFailure('mount', reason, { cause: error }));
      return undefined;
    }
  }, [module, basename]);

  // After the router moved: by the sidebar, the back button, or the remote itself.
  useEffect(() => host.current?.announce(), [location]);

  return <div ref={element} data-testid="remote-mount" className="h-full" />;
}

function asFailure(error: unknown): RemoteFailure {
  return error instanceof RemoteFailure
    ? error
    : new RemoteFailure('code', `${reasonOf(error)}.`, { cause: error });
}
