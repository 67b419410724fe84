import { GRAFANA } from '@hsi/grafana-url';
import { SERVICES } from '@hsi/model-zoo-catalog';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODELS, pushProfiles } from '../../../e2e/grafana/profiles.ts';
import { hsiProfilingDashboard } from '../../grafana-dashboard/dashboard.ts';
import type { Dashboard, Panel } from '../../grafana-dashboard/model.ts';
import { startTestServer, type TestServer } from '../../profiles/testing/servers.ts';
import { problemsOf } from './problems.ts';
import { PyroscopeSource } from './pyroscope-source.ts';
import { POINT_TIME, showDashboard, type Shown, type ShownPanel } from './show-dashboard.ts';

let server: TestServer;
let source: PyroscopeSource;

beforeAll(async () => {
  server = await startTestServer();
  await server.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = server.app.server.address() as AddressInfo;
  await pushProfiles(`http://127.0.0.1:${port}`);
  source = new PyroscopeSource(`http://127.0.0.1:${port}`);
});
afterAll(() => server.close());

const dashboard = hsiProfilingDashboard();
const { cpu, memory } = GRAFANA.profileTypes;

const show = (search = '', of: Dashboard = dashboard) =>
  showDashboard(of, new URLSearchParams(search), source, '/grafana', Date.now());

const panel = ({ panels }: Shown, title: string): ShownPanel => {
  const found = panels.find((each) => each.title === title);
  if (!found) throw new Error(`No panel "${title}" but ${panels.map((each) => each.title).join()}`);
  return found;
};

/** Panels that show neither data nor a reason, by what they show instead. */
function unexplained({ panels }: Shown): string[] {
  const isEmptyGraph = ({ content }: ShownPanel) =>
    content.kind === 'graph' && content.graph.total === 0;
  /** A flame graph cannot say why it is empty: the panel that stands on it does, or the row's note. */
  const isExplained = ({ id, gridPos }: ShownPanel) =>
    panels.some(
      ({ type, content, gridPos: above }) =>
        (content.kind === 'no data' &&
          above.y + above.h === gridPos.y &&
          above.x <= gridPos.x &&
          gridPos.x + gridPos.w <= above.x + above.w) ||
        (id === 43 &&
          type === 'text' &&
          content.kind === 'text' &&
          content.text.includes('a graph without bars is of a model that did not')),
    );
  return panels
    .filter(({ type }) => type !== 'row')
    .filter(
      (each) =>
        each.content.kind === 'error' ||
        each.content.kind === 'none' ||
        (isEmptyGraph(each) && !isExplained(each)) ||
        (each.content.kind === 'no data' && each.content.text === 'No data'),
    )
    .map(({ id, title, content }) => `${id} ${title}: ${JSON.stringify(content)}`);
}

describe('the dashboard in Grafana', () => {
  it('shows timelines of the four services, four graphs and one per model that ran', async () => {
    const shown = await show();
    expect(unexplained(shown)).toEqual([]);
    for (const [title, unit] of [
      ['Profile Timeline: CPU', 'cores'],
      ['Profile Timeline: Memory', 'bytes'],
    ] as const) {
      const { content } = panel(shown, title);
      if (content.kind !== 'lines') throw new Error(`${title} shows ${content.kind}`);
      expect(content.lines.map(({ name }) => name)).toEqual(
        SERVICES.map(({ displayName }) => displayName),
      );
      expect(new Set(content.lines.map((line) => line.unit))).toEqual(new Set([unit]));
    }
    // Each service works a fraction of one core and holds some megabytes.
    const figures = shown.panels.flatMap(({ content }) =>
      content.kind === 'value'
        ? [/^.+, mean of the range ([\d.]+) cores$/u.exec(content.text)]
        : [],
    );
    expect(figures).toHaveLength(SERVICES.length + 1);
    for (const figure of figures) expect(Number(figure?.[1])).toBeLessThan(1);
    for (const { displayName } of SERVICES) {
      const { content } = panel(shown, `${displayName}: CPU`);
      expect(content.kind === 'graph' && content.graph.total).toBeGreaterThan(0);
    }
    const graphs = shown.panels.filter(({ id }) => id === 43);
    expect(graphs.map(({ title }) => title)).toEqual(
      [...MODELS].sort().map((model) => `Model ${model}: CPU`),
    );
    expect(graphs.map(({ gridPos }) => gridPos.x)).toEqual([0, 12]);
  });

  it('writes what it shows into its address', async () => {
    const { search } = await show('orgId=1&kiosk=1&theme=dark');
    const parameters = new URLSearchParams(search);
    expect(Object.fromEntries(parameters)).toEqual({
      orgId: '1',
      kiosk: '1',
      theme: 'dark',
      from: 'now-1h',
      to: 'now',
      timezone: 'browser',
      'var-service': 'nemotron-backend',
      'var-model': '$__all',
      'var-profile_type': cpu,
    });
  });

  it('with RT-DETR, then Memory, then a model, has data or a reason in every panel', async () => {
    const detr = await show('var-service=rt-detr');
    expect(unexplained(detr)).toEqual([]);
    expect(panel(detr, 'CPU by model in RT-DETR').content).toMatchObject({
      kind: 'no data',
      text: expect.stringContaining('Models run in Backend') as string,
    });
    expect(panel(detr, 'Model : CPU').content).toMatchObject({ graph: { total: 0 } });

    const ofMemory = await show(`var-service=rt-detr&var-profile_type=${memory}`);
    expect(unexplained(ofMemory)).toEqual([]);
    expect(panel(ofMemory, 'RT-DETR: Memory').content).toMatchObject({ kind: 'graph' });

    const model = await show(`var-profile_type=${memory}&var-model=${MODELS[1]}`);
    expect(unexplained(model)).toEqual([]);
    expect(model.panels.filter(({ id }) => id === 43)).toHaveLength(1);
    const { content } = panel(model, 'CPU by model in Backend');
    expect(content.kind === 'lines' && content.lines.map(({ name }) => name)).toEqual([MODELS[1]]);
  });

  it('says of a model that did not run that it did not, and shows no other work in its place', async () => {
    const shown = await show('var-model=florence-2-large');
    expect(unexplained(shown)).toEqual([]);
    expect(panel(shown, 'CPU by model in Backend').content.kind).toBe('no data');
    const { content } = panel(shown, 'Model florence-2-large: CPU');
    expect(content.kind === 'graph' && content.graph.total).toBe(0);
  });

  it.each(['from=now-6h', 'from=now-24h', 'from=now-7d', 'from=1795395600000&to=1795399200000'])(
    'has data or a reason in every panel at %s, and for services that send nothing',
    async (range) => {
      expect(unexplained(await show(range))).toEqual([]);
      expect(unexplained(await show(`${range}&var-service=nobody`))).toEqual([]);
    },
  );

  it('leads from a point to the two minutes around it, and back, in kiosk', async () => {
    const inKiosk = 'orgId=1&kiosk=1&theme=dark&hideLogo=1&var-service=florence';
    const { content } = panel(await show(inKiosk), 'Profile Timeline: CPU');
    if (content.kind !== 'lines' || content.pointLink === undefined) throw new Error('no link');
    const [point] = content.lines[0]?.points.at(-3) ?? [];
    const there = new URL(
      content.pointLink.href.replace(POINT_TIME, String(point)),
      'http://grafana.test',
    );
    const moment = await show(there.search);
    expect(unexplained(moment)).toEqual([]);
    expect(panel(moment, 'Florence: CPU').content).toMatchObject({ kind: 'graph' });
    const at = new URLSearchParams(moment.search);
    expect(Date.parse(at.get('to') ?? '') - Date.parse(at.get('from') ?? '')).toBe(120_000);
    expect(at.get('kiosk')).toBe('1');

    const back = moment.links.find(({ title }) => title === 'Last 1 h');
    const url = new URL(back?.href ?? '', 'http://grafana.test');
    expect(url.pathname).toBe('/grafana/d/hsi-profiling/hsi-profiling');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      kiosk: '1',
      from: 'now-1h',
      to: 'now',
      'var-service': 'florence',
    });
  });

  it("works with the catalog's models as choices", async () => {
    const shown = await show('', hsiProfilingDashboard('catalog'));
    expect(unexplained(shown)).toEqual([]);
    expect(shown.panels.filter(({ id }) => id === 43).length).toBeGreaterThan(MODELS.length);
  });
});

describe('a mistake in the dashboard is seen', () => {
  const changed = (id: number, change: Partial<Panel>): Dashboard => ({
    ...dashboard,
    panels: dashboard.panels.map((each) => (each.id === id ? { ...each, ...change } : each)),
  });
  const target = (id: number, change: object) => {
    const [first] = dashboard.panels.find((each) => each.id === id)?.targets ?? [];
    return changed(id, { targets: [{ ...first!, ...change }] });
  };

  it('an unknown variable is sent as it is', async () => {
    const shown = await show('', target(32, { profileTypeId: '$profiletype' }));
    expect(unexplained(shown)).toEqual([expect.stringContaining('invalid_argument')]);
    const empty = await show('', target(32, { labelSelector: '{service_name="$servce"}' }));
    expect(unexplained(empty)).toHaveLength(1);
  });

  it('several values make a broken selector without a format', async () => {
    const labelSelector = '{service_name="$service",model=~"$model"}';
    const { content } = panel(
      await show('', target(42, { labelSelector })),
      'CPU by model in Backend',
    );
    expect(content.kind).toBe('no data');
  });

  it('a Pyroscope that is away fails the panels one by one, and the list of models', async () => {
    const away = new PyroscopeSource('http://pyroscope.test', () =>
      Promise.reject(new Error('connection refused')),
    );
    const shown = await showDashboard(
      dashboard,
      new URLSearchParams(),
      away,
      '/grafana',
      Date.now(),
    );
    expect(panel(shown, 'Backend: CPU').content).toEqual({
      kind: 'error',
      text: 'connection refused',
    });
    expect(shown.variables.find(({ name }) => name === 'model')?.options).toEqual([]);
  });

  it('the wrong kind of query leaves a panel without anything', async () => {
    expect(unexplained(await show('', target(10, { queryType: 'metrics' })))).toHaveLength(1);
    const shown = await show('', target(1, { queryType: 'profile' }));
    expect(panel(shown, 'Profile Timeline: CPU').content.kind).toBe('error');
  });

  it.each<[string, Dashboard, RegExp]>([
    ['two panels with one id', changed(2, { id: 1 }), /two panels have the id 1/],
    ['a repeat by a single value', changed(43, { repeat: 'service' }), /no multi-value variable/],
    ['a flame graph of two targets', changed(10, { targets: [] }), /does not have one target/],
    ['an empty selector', target(10, { labelSelector: '' }), /labelSelector/],
    ['a data source by name', changed(10, { datasource: 'Pyroscope' as never }), /datasource/],
    [
      'a variable with a text for a query',
      {
        ...dashboard,
        templating: {
          list: dashboard.templating.list.map((each) => ({
            ...each,
            query: each.type === 'query' ? 'label_values(model)' : each.query,
          })),
        },
      },
      /templating\.list\.1/,
    ],
  ])('%s', (_what, broken, problem) => {
    expect(problemsOf(broken).join()).toMatch(problem);
  });

  it('the dashboard as it is has none', () => {
    expect(problemsOf(dashboard)).toEqual([]);
    expect(problemsOf(hsiProfilingDashboard('catalog'))).toEqual([]);
  });
});
