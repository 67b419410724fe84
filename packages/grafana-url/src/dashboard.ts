import {
  cleanSelection,
  GRAFANA,
  grafanaTime,
  profileTypeId,
  readUrl,
  type GrafanaSelection,
} from './selection.ts';

/** The dashboard in a tab of its own, with Grafana's navigation around it. */
export function dashboardUrl(base: string, selection: GrafanaSelection): string {
  return dashboardAddress(base, 'd', { theme: 'dark' }, selection);
}

/**
 * The dashboard for an iframe: no navigation, no footer, refreshing itself.
 *
 * `kiosk=1` is what the page's specification fixes. Grafana 12.3 drops it from its address when the
 * person opens a single panel, so a frame must be reloaded by this URL, never by
 * `location.reload()`. (`kiosk=true` survives there; the dashboard's own links carry what the
 * address has.)
 */
export function embeddedDashboardUrl(base: string, selection: GrafanaSelection): string {
  return dashboardAddress(
    base,
    'd',
    {
      kiosk: '1',
      theme: 'dark',
      refresh: GRAFANA.refresh,
      hideLogo: '1',
    },
    selection,
  );
}

/** One panel of the dashboard, large, inside the dashboard's page. */
export function panelUrl(base: string, panelId: number, selection: GrafanaSelection): string {
  return dashboardAddress(
    base,
    'd',
    {
      theme: 'dark',
      viewPanel: `panel-${panelId}`,
    },
    selection,
  );
}

/** One panel alone, without controls, for an iframe. */
export function soloPanelUrl(base: string, panelId: number, selection: GrafanaSelection): string {
  return dashboardAddress(
    base,
    'd-solo',
    {
      panelId: `panel-${panelId}`,
      theme: 'dark',
      refresh: GRAFANA.refresh,
      hideLogo: '1',
    },
    selection,
  );
}

/**
 * Reads the selection from the URL of our dashboard, for example from a frame that the person has
 * used. Undefined when the URL is not our dashboard (a login page, Grafana's home). A variable at
 * "All", or at several values, is no selection.
 */
export function selectionFromDashboardUrl(url: string): GrafanaSelection | undefined {
  const read = readUrl(url);
  const { dashboardUid, variables } = GRAFANA;
  if (!read || !new RegExp(`/d(-solo)?/${dashboardUid}(/[^/]*)?/?$`, 'u').test(read.pathname)) {
    return undefined;
  }
  const only = (name: string) => {
    const values = read.searchParams.getAll(`var-${name}`);
    return values.length === 1 ? values[0] : undefined;
  };
  return cleanSelection({
    service: only(variables.service),
    model: only(variables.model),
    profileType: only(variables.profileType),
    from: read.searchParams.get('from'),
    to: read.searchParams.get('to'),
  });
}

/**
 * What the person changed inside the frame: the parts of `seen` that differ from `chosen`, the
 * page's own selection. Grafana writes every variable into its address, also those that still have
 * the dashboard's default; a default is no change where the page has chosen nothing. A part that
 * was taken back ("All") comes as `undefined`. Spans are never part of a dashboard.
 */
export function selectionChange(
  chosen: GrafanaSelection,
  seen: GrafanaSelection,
): { [key in keyof GrafanaSelection]?: string | undefined } {
  const change: { [key in keyof GrafanaSelection]?: string | undefined } = {};
  const defaults: GrafanaSelection = GRAFANA.defaults;
  for (const key of ['service', 'model', 'profileType', 'from', 'to'] as const) {
    const normal = key === 'from' || key === 'to' ? grafanaTime : (value?: string) => value;
    const before = chosen[key] === undefined ? undefined : normal(shortened(key, chosen[key]));
    const after = normal(seen[key]);
    if (after === before) continue;
    if (before === undefined && after === defaults[key]) continue;
    change[key] = seen[key];
  }
  return change;
}

function shortened(key: keyof GrafanaSelection, value: string): string {
  return key === 'profileType'
    ? (cleanSelection({ profileType: value }).profileType ?? value)
    : value;
}

function dashboardAddress(
  base: string,
  route: 'd' | 'd-solo',
  parameters: Readonly<Record<string, string>>,
  selection: GrafanaSelection,
): string {
  const { dashboardUid, dashboardSlug, orgId, variables } = GRAFANA;
  const { service, model, profileType, from, to } = cleanSelection(selection);
  const query = new URLSearchParams({ orgId: String(orgId), ...parameters });
  if (service !== undefined) query.append(`var-${variables.service}`, service);
  if (model !== undefined) query.append(`var-${variables.model}`, model);
  if (profileType !== undefined) {
    query.append(`var-${variables.profileType}`, profileTypeId(profileType));
  }
  const [fromTime, toTime] = [grafanaTime(from), grafanaTime(to)];
  if (fromTime !== undefined) query.append('from', fromTime);
  if (toTime !== undefined) query.append('to', toTime);
  return `${base}/${route}/${dashboardUid}/${dashboardSlug}?${query.toString()}`;
}
