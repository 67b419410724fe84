export {
  DEFAULT_GRAFANA_URL,
  resolveGrafanaUrl,
  type PageLocation,
  type ResolvedGrafanaUrl,
} from './resolve.ts';
export { GRAFANA, grafanaTime, profileTypeId, type GrafanaSelection } from './selection.ts';
export {
  dashboardUrl,
  embeddedDashboardUrl,
  panelUrl,
  selectionChange,
  selectionFromDashboardUrl,
  soloPanelUrl,
} from './dashboard.ts';
export { exploreUrl, selectionFromExploreUrl } from './explore.ts';
export { drilldownUrl, selectionFromDrilldownUrl } from './drilldown.ts';
