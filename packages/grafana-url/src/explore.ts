import {
  cleanSelection,
  GRAFANA,
  grafanaTime,
  profileTypeId,
  readUrl,
  type GrafanaSelection,
} from './selection.ts';
import { parseSelector, selectorText } from './label-selector.ts';

/** Key of our pane: three characters, not all digits, or Grafana makes up another. */
const PANE = 'hsi';

/**
 * Grafana Explore on the Pyroscope data source with the selection, by the `panes` form of Grafana
 * 10 and later. When neither service, model, type nor span is chosen, the pane has no query: the
 * person starts with the data source's own. A model without a service means Backend's.
 */
export function exploreUrl(base: string, selection: GrafanaSelection): string {
  const { orgId, pyroscopeUid, defaults } = GRAFANA;
  const { service, model, profileType, from, to, spanId } = cleanSelection(selection);
  const chosen = [service, model, profileType, spanId].some((part) => part !== undefined);
  const labels = {
    ...(service !== undefined && { service_name: service }),
    ...(service === undefined && model !== undefined && { service_name: defaults.service }),
    ...(model !== undefined && { model }),
  };
  const query = {
    refId: 'A',
    datasource: { type: 'grafana-pyroscope-datasource', uid: pyroscopeUid },
    queryType: 'both',
    profileTypeId: profileTypeId(profileType ?? defaults.profileType),
    labelSelector: selectorText(labels),
    groupBy: service === undefined && model === undefined ? ['service_name'] : [],
    ...(spanId !== undefined && { spanSelector: [spanId] }),
  };
  const panes = {
    [PANE]: {
      datasource: pyroscopeUid,
      queries: chosen ? [query] : [],
      range: { from: grafanaTime(from) ?? defaults.from, to: grafanaTime(to) ?? defaults.to },
    },
  };
  const parameters = new URLSearchParams({
    schemaVersion: '1',
    panes: JSON.stringify(panes),
    orgId: String(orgId),
  });
  return `${base}/explore?${parameters.toString()}`;
}

/**
 * Reads the selection back from an Explore URL: the first query of the first pane on our data
 * source. Undefined when the URL is not Explore, or shows another data source.
 */
export function selectionFromExploreUrl(url: string): GrafanaSelection | undefined {
  const read = readUrl(url);
  if (!read || !/(?<!\/a\/[^/]+-app)\/explore$/u.test(read.pathname)) return undefined;
  if (read.searchParams.get('schemaVersion') !== '1') return undefined;
  const panes = object(parseJson(read.searchParams.get('panes') ?? ''));
  const pane = Object.values(panes)
    .map(object)
    .find(({ datasource }) => datasource === GRAFANA.pyroscopeUid);
  if (!pane) return undefined;
  const query = object(Array.isArray(pane['queries']) ? pane['queries'][0] : undefined);
  const range = object(pane['range']);
  const labels = parseSelector(text(query['labelSelector']) ?? '{}');
  const spans = query['spanSelector'];
  return cleanSelection({
    service: labels['service_name'],
    model: labels['model'],
    profileType: text(query['profileTypeId']),
    from: text(range['from']),
    to: text(range['to']),
    spanId: Array.isArray(spans) ? text(spans[0]) : undefined,
  });
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
