import { type ConfigResponse } from '@hsi/backend-api';
import { resolveGrafanaUrl } from '@hsi/grafana-url';
import { PyroscopeClient } from '@hsi/pyroscope-api';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { blockedByHost } from '../ladder/grafana-status.ts';
import { decideRung } from '../ladder/rung.ts';
import { useGrafana } from '../ladder/use-grafana.ts';
import { nativeOnly, rememberedView, rememberShown, rememberView } from '../ladder/view-choice.ts';
import { ProfilesView } from '../profiles/profiles-view.tsx';
import { type PageState } from '../state/page-state.ts';
import { usePageNotices, usePageState } from '../state/use-page-state.ts';
import { ConfigBanner, Notices } from './banners.tsx';
import { GrafanaFrame, type GrafanaFrameHandle } from './grafana-frame.tsx';
import { ContentSkeleton, LoadingSkeleton } from './loading-skeleton.tsx';
import { PageHeader } from './page-header.tsx';
import { PageServicesProvider, useMountContext } from './page-services.tsx';
import { type PageConfig, useConfig } from './use-config.ts';
import { useRefresh } from './use-refresh.ts';
import { ViewBar } from './view-bar.tsx';
import { ViewErrorBoundary } from './view-error-boundary.tsx';

/** How long the first look for Grafana may keep the native view from being shown. */
const PATIENCE_MS = 1_000;

/** The profiling page: header, actions, and Grafana's dashboard or the native view. */
export function PyroscopePage() {
  const config = useConfig(useMountContext());
  if (config.config === undefined) return <LoadingSkeleton />;
  return <LoadedPage config={config.config} source={config} />;
}

function LoadedPage(props: { readonly config: ConfigResponse; readonly source: PageConfig }) {
  const { config, source } = props;
  const context = useMountContext();
  const [state, patch] = usePageState();
  const addressNotices = usePageNotices();
  const { url: base, warning } = resolveGrafanaUrl(config.grafana_url, window.location);
  const watched = useGrafana(base, config.grafana_configured ?? true);
  const [blockedBase, setBlockedBase] = useState<string>();
  const grafana = blockedBase === base ? { ...watched, status: blockedByHost(base) } : watched;
  const [frameLoading, setFrameLoading] = useState(false);
  const refresh = useRefresh(frameLoading);
  const frame = useRef<GrafanaFrameHandle>(null);

  const [remembered, setRemembered] = useState(rememberedView);
  const impatient = useElapsed(PATIENCE_MS);
  const rung = decideRung({
    asked: state.view,
    remembered,
    nativeOnly: nativeOnly(state),
    status: grafana.status,
    impatient,
    source: config.profiles_source,
  });

  const shown = grafana.status === undefined ? 'waiting' : rung.shown;
  useEffect(() => {
    if (shown !== 'waiting') rememberShown(shown);
  }, [shown]);

  const services = useMemo(() => {
    const { profilesUrl: baseUrl, fetch, tenant } = context;
    return { context, config, profiles: new PyroscopeClient({ baseUrl, fetch, tenant }) };
  }, [context, config]);

  const switchView = () => {
    const view = rung.number === 1 ? 'profiles' : 'dashboard';
    rememberView(view);
    setRemembered(view);
    patch({ ...frame.current?.readChoice(), view });
  };
  const onRefresh = () => {
    refresh.press();
    source.refetch();
    grafana.look();
  };
  const onChoice = useCallback(
    (choice: Partial<PageState>) => patch(choice, { replace: true }),
    [patch],
  );

  const onBlocked = useCallback(() => setBlockedBase(base), [base]);

  return (
    <PageServicesProvider services={services} refreshCount={refresh.count}>
      <div data-testid="pyroscope-page" className="pf:flex pf:min-h-full pf:flex-col">
        <div>
          <PageHeader
            base={base}
            grafana={grafana}
            state={state}
            refresh={{ busy: refresh.busy, press: onRefresh }}
          />
          {source.failed && <ConfigBanner />}
          <Notices
            notices={warning === undefined ? addressNotices : [warning, ...addressNotices]}
          />
          <ViewBar rung={rung} demo={config.demo} onSwitch={switchView} />
        </div>
        <div className="pf:min-w-0 pf:flex-1">
          <ViewErrorBoundary resetKey={refresh.count}>
            {rung.shown === 'waiting' && <ContentSkeleton />}
            {rung.shown === 'native' && <ProfilesView />}
            {rung.shown === 'frame' && (
              <GrafanaFrame
                ref={frame}
                base={base}
                state={state}
                refreshCount={refresh.count}
                onChoice={onChoice}
                onLoadingChange={setFrameLoading}
                onLeft={grafana.look}
                onBlocked={onBlocked}
              />
            )}
          </ViewErrorBoundary>
        </div>
      </div>
    </PageServicesProvider>
  );
}

/** False until the time has passed since the first render. */
function useElapsed(milliseconds: number): boolean {
  const [elapsed, setElapsed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setElapsed(true), milliseconds);
    return () => clearTimeout(timer);
  }, [milliseconds]);
  return elapsed;
}
