import {
  cleanSelection,
  GRAFANA,
  grafanaTime,
  profileTypeId,
  readUrl,
  type GrafanaSelection,
} from './selection.ts';

const PATH = '/a/grafana-pyroscope-app/explore';

/**
 * Grafana's Profiles Drilldown with the selection: the flame graph of a service, or the list of all
 * services when none is chosen. A model without a service means Backend's. Other sub-paths of that
 * app redirect and lose the query.
 */
export function drilldownUrl(base: string, selection: GrafanaSelection): string {
  const { pyroscopeUid, defaults } = GRAFANA;
  const { service, model, profileType, from, to, spanId } = cleanSelection(selection);
  const shown = service ?? (model === undefined ? undefined : defaults.service);
  const query = new URLSearchParams([
    ['explorationType', shown === undefined ? 'all' : 'flame-graph'],
    ['var-dataSource', pyroscopeUid],
  ]);
  if (shown !== undefined) query.append('var-serviceName', shown);
  query.append('var-profileMetricId', profileTypeId(profileType ?? defaults.profileType));
  if (model !== undefined)
    query.append('var-filters', ['model', '=', escapeFilter(model)].join('|'));
  if (spanId !== undefined) query.append('var-spanSelector', spanId);
  query.append('from', grafanaTime(from) ?? defaults.from);
  query.append('to', grafanaTime(to) ?? defaults.to);
  return `${base}${PATH}?${query.toString()}`;
}

/** Reads the selection back from a Drilldown URL; undefined when it is not one. */
export function selectionFromDrilldownUrl(url: string): GrafanaSelection | undefined {
  const read = readUrl(url);
  if (!read?.pathname.endsWith(PATH)) return undefined;
  const filters = read.searchParams
    .getAll('var-filters')
    .flatMap((list) => list.split(','))
    .map((filter) => filter.split('|'));
  const model = filters.find(([label, operator]) => label === 'model' && operator === '=')?.[2];
  return cleanSelection({
    service: read.searchParams.get('var-serviceName'),
    model: model === undefined ? undefined : unescapeFilter(model),
    profileType: read.searchParams.get('var-profileMetricId'),
    from: read.searchParams.get('from'),
    to: read.searchParams.get('to'),
    spanId: read.searchParams.get('var-spanSelector'),
  });
}

// Grafana's ad hoc filters join their parts by `|` and each other by `,`; inside a value these
// characters have names (@grafana/scenes, AdHocFiltersVariableUrlSyncHandler).
const ESCAPES = [
  ['|', '__gfp__'],
  ['#', '__gfh__'],
  [',', '__gfc__'],
] as const;

function escapeFilter(value: string): string {
  return ESCAPES.reduce((text, [plain, name]) => text.replaceAll(plain, name), value);
}

function unescapeFilter(value: string): string {
  return ESCAPES.reduce((text, [plain, name]) => text.replaceAll(name, plain), value);
}
