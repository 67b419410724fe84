import { GRAFANA } from '@hsi/grafana-url';
import { MODELS, SERVICES } from '@hsi/model-zoo-catalog';
import type { Dashboard, DashboardLink, Panel, Variable } from './model.ts';
import {
  flameGraph,
  HERE_WITHOUT_RANGE,
  modelTimeline,
  PYROSCOPE,
  row,
  summary,
  text,
  timeline,
} from './panels.ts';

/**
 * Where the choices of `$model` come from. `label`: the values of the label `model` on the service's
 * profiles. `catalog`: the names of the model zoo, for a Grafana in which the first way (see
 * {@link modelVariable}) stops working; models without data then get an empty panel each.
 */
export type ModelSource = 'label' | 'catalog';

const RANGES = [
  { name: '1 h', from: 'now-1h' },
  { name: '6 h', from: 'now-6h' },
  { name: '24 h', from: 'now-24h' },
  { name: '7 d', from: 'now-7d' },
] as const;

/** The dashboard "HSI Profiling" as JSON for Grafana 12 and 13. */
export function hsiProfilingDashboard(modelSource: ModelSource = 'label'): Dashboard {
  const { defaults } = GRAFANA;
  return {
    uid: GRAFANA.dashboardUid,
    title: GRAFANA.dashboardTitle,
    description:
      'Where the CPU time and the memory of the home-security AI services go. Generated from code: change tools/grafana-dashboard and run `npm run dashboard`.',
    tags: ['hsi', 'profiling'],
    schemaVersion: 42,
    version: 1,
    editable: false,
    graphTooltip: 1,
    timezone: 'browser',
    time: { from: defaults.from, to: defaults.to },
    refresh: GRAFANA.refresh,
    timepicker: {
      refresh_intervals: ['10s', '30s', '1m', '5m', '15m'],
      quick_ranges: RANGES.map(({ name, from }) => ({ display: `Last ${name}`, from, to: 'now' })),
    },
    links: RANGES.map(({ name, from }) => rangeLink(name, from)),
    annotations: { list: [] },
    templating: {
      list: [serviceVariable(), modelVariable(modelSource), profileTypeVariable()],
    },
    panels: panels(),
  };
}

function panels(): Panel[] {
  const grid = SERVICES.flatMap(({ displayName, serviceName }, index) => {
    const x = (index % 2) * 12;
    const y = 9 + Math.floor(index / 2) * 12;
    return [
      summary(20 + index, { name: displayName, inWords: displayName }, serviceName, {
        x,
        y,
        w: 12,
        h: 2,
      }),
      flameGraph({
        id: 10 + index,
        title: `${displayName}: \${profile_type:text}`,
        description: `Everything that ${displayName} did in the range, merged. The line above says why when nothing is drawn. Memory is the sum of all snapshots in the range: shares are right, heights are not bytes in use.`,
        profileTypeId: '$profile_type',
        labelSelector: `{service_name="${serviceName}"}`,
        maxNodes: 2048,
        gridPos: { x, y: y + 2, w: 12, h: 10 },
      }),
    ];
  });
  const below = 9 + Math.ceil(SERVICES.length / 2) * 12;
  return [
    timeline(1, 'cpu', SERVICES, { x: 0, y: 0, w: 12, h: 8 }),
    timeline(2, 'memory', SERVICES, { x: 12, y: 0, w: 12, h: 8 }),
    row(3, 'Service Flame Graphs', 8),
    ...grid,
    row(30, 'Service: ${service:text}', below),
    summary(31, { name: '${service:text}', inWords: 'the chosen service' }, '$service', {
      x: 0,
      y: below + 1,
      w: 24,
      h: 2,
    }),
    flameGraph({
      id: 32,
      title: '${service:text} in detail: ${profile_type:text}',
      description: 'The service chosen above, with more detail and the table of its functions.',
      profileTypeId: '$profile_type',
      labelSelector: '{service_name="$service"}',
      maxNodes: 8192,
      gridPos: { x: 0, y: below + 3, w: 24, h: 16 },
      large: true,
    }),
    row(40, 'Model Zoo: ${service:text}', below + 19),
    text(41, MODEL_NOTE, { x: 0, y: below + 20, w: 24, h: 3 }),
    modelTimeline(42, { x: 0, y: below + 23, w: 24, h: 7 }),
    modelFlameGraph(43, below + 30),
  ];
}

const MODEL_NOTE = [
  '**Models of ${service:text}.** The models of the zoo run in Backend, so only Backend has graphs here; with another service chosen the row has one empty graph without a name.',
  'Only CPU is measured per model, whatever profile type is chosen: the heap profiler takes no labels.',
  'A model appears when it has run in the range; a graph without bars is of a model that did not.',
].join(' ');

/**
 * One flame graph per model, repeated by Grafana. Where the variable has no values Grafana still
 * draws one panel with an empty name; `model=~".+"` keeps that one empty, instead of showing work
 * that belongs to no model.
 */
function modelFlameGraph(id: number, y: number): Panel {
  return {
    ...flameGraph({
      id,
      title: 'Model ${model}: CPU',
      description:
        'CPU under this model. Empty: the model did not run in the range, or the service runs no models (they run in Backend).',
      profileTypeId: GRAFANA.profileTypes.cpu,
      labelSelector: '{service_name="$service",model=~".+",model="$model"}',
      maxNodes: 1024,
      gridPos: { x: 0, y, w: 12, h: 10 },
    }),
    repeat: GRAFANA.variables.model,
    repeatDirection: 'h',
    maxPerRow: 2,
  };
}

function serviceVariable(): Variable {
  const [first] = SERVICES;
  if (first === undefined) throw new Error('The catalog has no services.');
  return {
    name: GRAFANA.variables.service,
    label: 'Service',
    description: 'The service of the large flame graph and of the model row. Others can be typed.',
    type: 'custom',
    query: SERVICES.map(({ displayName, serviceName }) => `${displayName} : ${serviceName}`).join(
      ',',
    ),
    multi: false,
    includeAll: false,
    allowCustomValue: true,
    hide: 0,
    skipUrlSync: false,
    current: { text: first.displayName, value: first.serviceName },
    options: [],
  };
}

/**
 * The models by the label on the chosen service's profiles. Grafana's variable has no field for a
 * matcher and pastes the profile type raw into `{__profile_type__="..."}`; closing that string and
 * opening a second matcher is the only way to ask for one service, without which Pyroscope 2 gives
 * no label values of fresh profiles. Undocumented, so the end-to-end test watches it.
 */
function modelVariable(source: ModelSource): Variable {
  const base = {
    name: GRAFANA.variables.model,
    label: 'Model',
    description: 'Models of the zoo that ran in the range, from the label "model".',
    multi: true,
    includeAll: true,
    hide: 0,
    skipUrlSync: false,
    current: { text: ['All'], value: ['$__all'] },
    options: [],
  } as const;
  if (source === 'catalog') {
    const names = MODELS.filter(({ enabled }) => enabled).map(({ name }) => name);
    return { ...base, type: 'custom', query: names.join(',') };
  }
  return {
    ...base,
    type: 'query',
    datasource: PYROSCOPE,
    query: {
      refId: 'PyroVar-model',
      type: 'labelValue',
      profileTypeId: `${GRAFANA.profileTypes.cpu}",service_name="$service`,
      labelName: 'model',
    },
    definition: '',
    regex: '',
    sort: 1,
    refresh: 2,
  };
}

function profileTypeVariable(): Variable {
  const { cpu, memory } = GRAFANA.profileTypes;
  return {
    name: GRAFANA.variables.profileType,
    label: 'Profile type',
    description: 'What the service flame graphs show.',
    type: 'custom',
    query: `CPU : ${cpu},Memory : ${memory}`,
    multi: false,
    includeAll: false,
    allowCustomValue: true,
    hide: 0,
    skipUrlSync: false,
    current: { text: 'CPU', value: cpu },
    options: [],
  };
}

/** The way back from a moment, in kiosk too: Grafana shows a dashboard's links there. */
function rangeLink(name: string, from: string): DashboardLink {
  return {
    type: 'link',
    title: `Last ${name}`,
    tooltip: `Back to the last ${name}, with everything else as it is`,
    url: `${HERE_WITHOUT_RANGE}&from=${from}&to=now`,
    icon: 'bolt',
    targetBlank: false,
    keepTime: false,
    includeVars: false,
    asDropdown: false,
    tags: [],
  };
}
