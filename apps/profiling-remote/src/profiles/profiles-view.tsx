import { MODEL_ZOO_SERVICE } from '@hsi/model-zoo-catalog';
import { useQueryClient } from '@tanstack/react-query';
import { memo, useEffect, useMemo, useState } from 'react';
import { usePageServices, useRefreshCount } from '../page/page-services.tsx';
import { type PageState } from '../state/page-state.ts';
import { usePageState } from '../state/use-page-state.ts';
import { Questions } from './data/questions.ts';
import { PROFILES_KEY } from './data/rules.ts';
import { standardLines, type TimelineScope } from './data/timeline.ts';
import { useAnswer } from './data/use-answer.ts';
import { useMoment, useTicks } from './data/use-moment.ts';
import { useStored } from './data/use-stored.ts';
import { type ZoomStep, useZoom } from './data/use-zoom.ts';
import { type View, ViewProvider, useView } from './data/view-context.tsx';
import { firstMoment } from './first-questions.ts';
import { typeOptions } from './model/profile-types.ts';
import { type ServiceFacts, collectServices, modelsOf } from './model/services.ts';
import { AUTO_REFRESH, DEFAULT_AUTO_REFRESH, refreshInterval } from './parts/auto-refresh.ts';
import { FilterBar } from './parts/filter-bar.tsx';
import { lazily } from './parts/lazily.tsx';
import { MUTED } from './parts/look.ts';
import { RangePicker } from './parts/range-picker.tsx';
import { SelectionPickers } from './parts/selection-pickers.tsx';
import { ServiceGrid } from './parts/service-grid.tsx';
import { AutoRefreshPicker, StatusLine } from './parts/status-line.tsx';
import './profiles.css';
import { TimelinePanel } from './timeline/timeline-panel.tsx';

const rare = () => import('./parts/rare-parts.ts');
const EmptyState = lazily(async () => (await rare()).EmptyState);
const SpanPanel = lazily(async () => (await rare()).SpanPanel);
const TraceNote = lazily(async () => (await rare()).TraceNote);
const UnknownService = lazily(async () => (await rare()).UnknownService);
const ServiceDetail = lazily(
  async () => (await import('./parts/service-detail.tsx')).ServiceDetail,
  // Keeps the place of the service's graph.
  <div className="pf:h-[31rem] pf:rounded-lg pf:bg-gray-800" aria-hidden />,
);

/** By then the first view is painted, and nobody has pressed anything yet. */
const PRELOAD_MS = 2_000;

/** The services of the catalog, before it is known what they send. */
const CATALOG = collectServices([]);

/** The native view: what the services spend their time and memory on, from any Pyroscope. */
export const ProfilesView = memo(function ProfilesView() {
  const { profiles, config } = usePageServices();
  const queries = useQueryClient();
  const [state, patch] = usePageState();
  const refreshCount = useRefreshCount();
  const [autoRefresh, setAutoRefresh] = useStored(
    'hsi-profiling.auto-refresh',
    AUTO_REFRESH,
    DEFAULT_AUTO_REFRESH,
  );
  const [zoomSteps, setZoomSteps] = useState<readonly ZoomStep[]>([]);
  const [isWaiting, setIsWaiting] = useState(false);
  const ticks = useTicks(refreshInterval(autoRefresh, state.to.startsWith('now'), isWaiting));
  const [start] = useState(() => firstMoment(queries));
  const moment = useMoment(state, `${refreshCount}.${ticks}`, start);
  const { range, refresh } = moment;
  const answersAll = config.profiles_source === 'embedded';
  const questions = useMemo(
    () => new Questions(queries, profiles, { range, refresh }, answersAll),
    [queries, profiles, range, refresh, answersAll],
  );
  const services = useAnswer(questions.services()).data;
  const isEmpty = services !== undefined && services.every(({ types }) => types.length === 0);
  if (isEmpty !== isWaiting) setIsWaiting(isEmpty);
  const view: View = useMemo(
    () => ({ state: withService(state), patch, questions, moment, zoomSteps, setZoomSteps }),
    [state, patch, questions, moment, zoomSteps],
  );
  const isThere = services !== undefined;
  useEffect(() => {
    if (!isThere) return undefined;
    const timer = setTimeout(ServiceDetail.preload, PRELOAD_MS);
    return () => clearTimeout(timer);
  }, [isThere]);
  const retry = () =>
    queries.refetchQueries({
      queryKey: [PROFILES_KEY],
      type: 'active',
      predicate: (query) => query.state.status === 'error',
    });
  return (
    <ViewProvider value={view}>
      <div className="pf:@container pf:flex pf:min-w-0 pf:flex-col pf:gap-3 pf:px-6 pf:py-3 pf:max-sm:px-3">
        <Controls services={services ?? CATALOG}>
          <AutoRefreshPicker autoRefresh={autoRefresh} onAutoRefresh={setAutoRefresh} />
          <FilterBar />
          <StatusLine onRetry={() => void retry()} />
        </Controls>
        <Content services={services} isEmpty={isEmpty} answersAll={answersAll} />
      </div>
    </ViewProvider>
  );
});

/** A model belongs to Backend: an address with a model and no service means that one. */
function withService(state: PageState): PageState {
  if (state.model === undefined || state.service !== undefined) return state;
  return { ...state, service: MODEL_ZOO_SERVICE };
}

interface ControlsProps {
  readonly services: readonly ServiceFacts[];
  readonly children: React.ReactNode;
}

function Controls({ services, children }: ControlsProps) {
  const { state, patch, moment } = useView();
  const zoom = useZoom();
  const zoo = services.find(({ serviceName }) => serviceName === MODEL_ZOO_SERVICE);
  return (
    <div className="pf:relative pf:flex pf:flex-wrap pf:items-end pf:gap-3 pf:max-sm:grid pf:max-sm:grid-cols-2">
      <SelectionPickers
        state={state}
        services={services}
        models={zoo === undefined ? [] : modelsOf(zoo)}
        types={typeOptions(services, state.type)}
        onChange={patch}
      />
      <RangePicker text={state} range={moment.range} onChange={zoom.choose} />
      {children}
    </div>
  );
}

interface ContentProps {
  /** Undefined until the server has said what there is. */
  readonly services: readonly ServiceFacts[] | undefined;
  /** True when there is nothing at all in the range. */
  readonly isEmpty: boolean;
  /** True when what the server lists is all there is. */
  readonly answersAll: boolean;
}

function Content({ services, isEmpty, answersAll }: ContentProps) {
  const { state, questions, moment } = useView();
  const { service, spanId, traceId } = state;
  // Memory has no models to tell apart.
  const hasModels = service === MODEL_ZOO_SERVICE && state.type !== 'memory';
  const model = hasModels ? state.model : undefined;
  const isStranger =
    services?.every(({ serviceName }) => serviceName !== service) === true && service !== undefined;
  const asked = useAnswer(questions.service(service ?? ''), isStranger);
  const isUnknown = isStranger && asked.data === null;
  const standard = standardLines(hasModels);
  const by = state.by === 'model' ? standard : (state.by ?? standard);
  const scope: TimelineScope | undefined =
    service === undefined ? undefined : { service, model, by };
  // A real Pyroscope's list may lack what it is asked for by name, so the lines have to agree.
  const lines = useAnswer(questions.timeline(state.type, state.filters, scope), isEmpty).data;
  const isBare = isEmpty && (answersAll || lines?.series.length === 0);
  return (
    <>
      {moment.problem !== undefined && <p className={MUTED}>{moment.problem}</p>}
      {isUnknown && <UnknownService service={service} />}
      {spanId !== undefined && <SpanPanel spanId={spanId} services={services ?? CATALOG} />}
      {spanId === undefined && traceId !== undefined && <TraceNote />}
      {isBare && !isUnknown && <EmptyState />}
      {!isUnknown && <TimelinePanel scope={scope} hasModels={hasModels} />}
      {service === undefined && <ServiceGrid services={services ?? CATALOG} />}
      {service !== undefined && !isUnknown && <ServiceDetail service={service} />}
    </>
  );
}
