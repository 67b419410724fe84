import { GRAFANA } from '@hsi/grafana-url';
import type { CatalogService } from '@hsi/model-zoo-catalog';
import type { DataSourceRef, FieldConfig, GridPos, Panel, PyroscopeTarget } from './model.ts';

export const PYROSCOPE: DataSourceRef = {
  type: 'grafana-pyroscope-datasource',
  uid: GRAFANA.pyroscopeUid,
};

const CPU = GRAFANA.profileTypes.cpu;
const MEMORY = GRAFANA.profileTypes.memory;

/** This dashboard with everything that its address has (kiosk, theme, variables) but the range. */
export const HERE_WITHOUT_RANGE =
  `/d/${GRAFANA.dashboardUid}/${GRAFANA.dashboardSlug}` +
  '${__url.params:exclude:from,to,time,time.window,viewPanel}';

/** Why a service may have nothing to show; a person reads it in place of the data. */
const WHAT_SERVICES_SEND =
  "A Node service under this project's profiler and a Go service send CPU and memory; a Python service sends CPU only.";

/** Services push every 15 s. A rate over a minute is steady; over 15 s it would jump at each push. */
const RATE_STEPS = { interval: '1m', maxDataPoints: 720 } as const;
/** Snapshots of one step are added up, so a step is kept at 15 s, up to a range of 24 h. */
const SNAPSHOT_STEPS = { interval: '15s', maxDataPoints: 6000 } as const;
/** A number cannot say "compare shapes": its steps stay at 15 s up to the longest range, 7 d. */
const SUMMARY_STEPS = { interval: '15s', maxDataPoints: 40_400 } as const;

/** Grafana shows this text as it is: variables in it are not replaced. */
const NO_MODELS =
  'No CPU of this service under the chosen models in this range. Models run in Backend: choose the service Backend, choose all models, load one, or take a longer range.';

/** CPU or memory of the four services over time. Points lead to their moment. */
export function timeline(
  id: number,
  kind: 'cpu' | 'memory',
  services: readonly CatalogService[],
  gridPos: GridPos,
): Panel {
  const name = kind === 'cpu' ? 'CPU' : 'Memory';
  const meaning =
    kind === 'cpu'
      ? 'CPU cores in use, by service.'
      : "Memory in use, by service. Pyroscope adds up the snapshots of one step, and Grafana cannot ask for their average: a step of 15 s holds one, so up to 24 h this is the memory in use; beyond, compare shapes and not heights. The page's native view shows averages.";
  return {
    id,
    type: 'timeseries',
    title: `Profile Timeline: ${name}`,
    description: `${meaning} Click a point, then "Profiles of this moment", to see the flame graphs of the two minutes around it; the links "Last 1 h" to "Last 7 d" above lead back. Drag to zoom.`,
    gridPos,
    datasource: PYROSCOPE,
    // One target per service: Pyroscope finds fresh profiles only where service_name is matched by "=".
    targets: services.map(({ serviceName }, index) =>
      metrics(refId(index), kind === 'cpu' ? CPU : MEMORY, `{service_name="${serviceName}"}`, []),
    ),
    ...(kind === 'cpu' ? RATE_STEPS : SNAPSHOT_STEPS),
    fieldConfig: timelineFields(
      `No ${name === 'CPU' ? 'CPU' : 'memory'} profiles of ${services.map(({ displayName }) => displayName).join(', ')} in this range. ${WHAT_SERVICES_SEND} Take a longer range, or check that the services push to Pyroscope.`,
      services.map(({ displayName }, index) => ({
        matcher: { id: 'byFrameRefID', options: refId(index) },
        properties: [{ id: 'displayName', value: displayName }],
      })),
    ),
    options: timelineOptions(),
  };
}

/**
 * The service's CPU by chosen model over time; says why when there is none, also for the flame graphs
 * below it, which cannot.
 */
export function modelTimeline(id: number, gridPos: GridPos): Panel {
  const fields = timelineFields(NO_MODELS, []);
  return {
    id,
    type: 'timeseries',
    title: 'CPU by model in ${service:text}',
    description:
      'CPU cores in use, by the model that ran. Work that belongs to no model is not in here.',
    gridPos,
    datasource: PYROSCOPE,
    // Without a value `${model:regex}` is `()`, which the first matcher of the model keeps empty.
    targets: [
      metrics('A', CPU, '{service_name="$service",model=~".+",model=~"${model:regex}"}', ['model']),
    ],
    ...RATE_STEPS,
    fieldConfig: {
      ...fields,
      defaults: { ...fields.defaults, displayName: '${__field.labels.model}' },
    },
    options: timelineOptions(),
  };
}

/** A line above a flame graph: the mean over the range or, in its place, why there is none. */
export function summary(
  id: number,
  who: { readonly name: string; readonly inWords: string },
  serviceName: string,
  gridPos: GridPos,
): Panel {
  return {
    id,
    type: 'stat',
    title: '',
    transparent: true,
    gridPos,
    datasource: PYROSCOPE,
    targets: [metrics('A', '$profile_type', `{service_name="${serviceName}"}`, [])],
    ...SUMMARY_STEPS,
    options: {
      reduceOptions: { values: false, calcs: ['mean'], fields: '' },
      textMode: 'value_and_name',
      colorMode: 'none',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'horizontal',
      wideLayout: true,
      text: { titleSize: 14, valueSize: 14 },
    },
    fieldConfig: {
      defaults: {
        displayName: `${who.name}, mean of the range`,
        noValue: `No such profiles of ${who.inWords} in this range. ${WHAT_SERVICES_SEND}`,
      },
      overrides: [],
    },
  };
}

/** A flame graph; `large` has the table of functions beside it. */
export function flameGraph(options: {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly profileTypeId: string;
  readonly labelSelector: string;
  readonly maxNodes: number;
  readonly gridPos: GridPos;
  readonly large?: boolean;
}): Panel {
  const { id, title, description, profileTypeId, labelSelector, maxNodes, gridPos } = options;
  const target: PyroscopeTarget = {
    refId: 'A',
    datasource: PYROSCOPE,
    queryType: 'profile',
    profileTypeId,
    labelSelector,
    groupBy: [],
    maxNodes,
  };
  return {
    id,
    type: 'flamegraph',
    title,
    description,
    gridPos,
    datasource: PYROSCOPE,
    targets: [target],
    options: { showFlameGraphOnly: options.large !== true },
    fieldConfig: { defaults: {}, overrides: [] },
  };
}

export function text(id: number, content: string, gridPos: GridPos): Panel {
  return {
    id,
    type: 'text',
    title: '',
    transparent: true,
    gridPos,
    options: { mode: 'markdown', content },
    fieldConfig: { defaults: {}, overrides: [] },
  };
}

export function row(id: number, title: string, y: number): Panel {
  return {
    id,
    type: 'row',
    title,
    collapsed: false,
    panels: [],
    gridPos: { x: 0, y, w: 24, h: 1 },
  };
}

function metrics(
  id: string,
  profileTypeId: string,
  labelSelector: string,
  groupBy: readonly string[],
): PyroscopeTarget {
  return {
    refId: id,
    datasource: PYROSCOPE,
    queryType: 'metrics',
    profileTypeId,
    labelSelector,
    groupBy,
  };
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function timelineFields(noValue: string, overrides: FieldConfig['overrides']): FieldConfig {
  return {
    defaults: {
      noValue,
      min: 0,
      color: { mode: 'palette-classic' },
      // No `targetBlank`: a link without a target stays inside Grafana's page, so kiosk survives
      // and nothing is loaded anew. `time` and `time.window` make a range centred on the point.
      links: [
        {
          title: 'Profiles of this moment (±1 min)',
          url: `${HERE_WITHOUT_RANGE}&time=\${__value.time}&time.window=120000`,
        },
      ],
      custom: {
        drawStyle: 'line',
        lineWidth: 1,
        fillOpacity: 10,
        showPoints: 'auto',
        pointSize: 5,
        // Gaps longer than two minutes are gaps in the data.
        spanNulls: 120_000,
        axisSoftMin: 0,
      },
    },
    overrides,
  };
}

function timelineOptions(): Readonly<Record<string, unknown>> {
  return {
    legend: { showLegend: true, displayMode: 'list', placement: 'bottom', calcs: [] },
    // "single", because only then the link always belongs to the point under the pointer.
    tooltip: { mode: 'single', sort: 'none' },
  };
}
