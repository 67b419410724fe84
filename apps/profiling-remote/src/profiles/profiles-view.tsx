import { MODEL_ZOO_SERVICE } from '@hsi/model-zoo-catalog';
import { type TimeRange } from '@hsi/profile-model';
import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { usePageServices, useRefreshCount } from '../page/page-services.tsx';
import { type PageState } from '../state/page-state.ts';
import { usePageState } from '../state/use-page-state.ts';
import { Questions } from './data/questions.ts';
import { PROFILES_KEY } from './data/rules.ts';
import { useAnswer } from './data/use-answer.ts';
import { useMoment, useTicks } from './data/use-moment.ts';
import { useStored } from './data/use-stored.ts';
import { type View, ViewProvider, useView } from './data/view-context.tsx';
import { typeOptions } from './model/profile-types.ts';
import { collectServices, modelsOf } from './model/services.ts';
import { type RangeText, absoluteRange, zoomOut } from './model/time-range.ts';
import { rangeTitle } from './model/time-text.ts';
import { AUTO_REFRESH, DEFAULT_AUTO_REFRESH, refreshInterval } from './parts/auto-refresh.ts';
import { MUTED, PANEL } from './parts/look.ts';
import { RangePicker } from './parts/range-picker.tsx';
import { SelectionPickers } from './parts/selection-pickers.tsx';
import { ServiceDetail } from './parts/service-detail.tsx';
import { ServiceGrid } from './parts/service-grid.tsx';
import { StatusLine } from './parts/status-line.tsx';
import './profiles.css';
import { TimelinePanel } from './timeline/timeline-panel.tsx';

/** The native view: what the services spend their time and memory on, from any Pyroscope. */
export function ProfilesView() {
  const { profiles, config } = usePageServices();
  const queries = useQueryClient();
  const [state, patch] = usePageState();
  const refreshCount = useRefreshCount();
  const [autoRefresh, setAutoRefresh] = useStored(
    'hsi-profiling.auto-refresh',
    AUTO_REFRESH,
    DEFAULT_AUTO_REFRESH,
  );
  const [isEmpty, setIsEmpty] = useState(false);
  const ticks = useTicks(refreshInterval(autoRefresh, state.to.startsWith('now'), isEmpty));
  const moment = useMoment(state, `${refreshCount}.${ticks}`);
  const { from, to } = moment.range;
  const { refresh } = moment;
  const answersAll = config.profiles_source === 'embedded';
  const questions = useMemo(
    () => new Questions(queries, profiles, { range: { from, to }, refresh }, answersAll),
    [queries, profiles, from, to, refresh, answersAll],
  );
  const view: View = { state: withService(state), patch, questions, moment };
  return (
    <ViewProvider value={view}>
      <div className="pf:flex pf:min-w-0 pf:flex-col pf:gap-3 pf:px-6 pf:py-4 pf:max-sm:px-3">
        <Content onEmpty={setIsEmpty}>
          <StatusLine
            autoRefresh={autoRefresh}
            onAutoRefresh={setAutoRefresh}
            onRetry={() =>
              void queries.refetchQueries({
                queryKey: [PROFILES_KEY],
                type: 'active',
                predicate: (query) => query.state.status === 'error',
              })
            }
          />
        </Content>
      </div>
    </ViewProvider>
  );
}

/** A model belongs to Backend: an address with a model and no service means that one. */
function withService(state: PageState): PageState {
  if (state.model === undefined || state.service !== undefined) return state;
  return { ...state, service: MODEL_ZOO_SERVICE };
}

interface ContentProps {
  readonly onEmpty: (isEmpty: boolean) => void;
  readonly children: React.ReactNode;
}

function Content({ children }: ContentProps) {
  const { state, patch, questions, moment } = useView();
  const known = useAnswer(questions.services());
  const services = known.data ?? collectServices([]);
  const { service, model } = state;
  const zoo = services.find(({ serviceName }) => serviceName === MODEL_ZOO_SERVICE);
  const [by, setBy] = useState<'model' | 'service_name'>('model');
  const zoom = useZoom();
  const isZoo = service === MODEL_ZOO_SERVICE;
  return (
    <>
      <div className={`${PANEL} pf:flex pf:flex-wrap pf:items-end pf:gap-3 pf:p-3`}>
        <SelectionPickers
          state={state}
          services={services}
          models={zoo === undefined ? [] : modelsOf(zoo)}
          types={typeOptions(services, state.type)}
          onChange={patch}
        />
        <RangePicker
          text={state}
          range={moment.range}
          previous={zoom.previous && { title: rangeTitle(zoom.previous.text, zoom.previous.range) }}
          onChange={zoom.choose}
          onBack={zoom.back}
          onZoomOut={() => zoom.to(zoomOut(moment.range, 3, moment.now))}
        />
      </div>
      {children}
      {moment.problem !== undefined && <p className={MUTED}>{moment.problem}</p>}
      <TimelinePanel
        scope={
          service === undefined ? undefined : { service, model, by: isZoo ? by : 'service_name' }
        }
        onBy={isZoo && model === undefined ? setBy : undefined}
        onRange={zoom.to}
      />
      {service === undefined ? (
        <ServiceGrid services={services} />
      ) : (
        <ServiceDetail service={service} />
      )}
    </>
  );
}

interface Step {
  readonly text: RangeText;
  readonly range: TimeRange;
}

/** Zooming into the timeline, and the way back, one step at a time. */
function useZoom() {
  const { state, patch, moment } = useView();
  const [stack, setStack] = useState<readonly Step[]>([]);
  const { from, to } = state;
  return {
    previous: stack.at(-1),
    to: (range: TimeRange) => {
      setStack([...stack, { text: { from, to }, range: moment.range }]);
      patch(absoluteRange(range));
    },
    back: () => {
      const last = stack.at(-1);
      if (last === undefined) return;
      setStack(stack.slice(0, -1));
      patch(last.text);
    },
    choose: (text: RangeText) => {
      setStack([]);
      patch(text);
    },
  };
}
