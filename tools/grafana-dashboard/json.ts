import { fileURLToPath } from 'node:url';
import { hsiProfilingDashboard, type ModelSource } from './dashboard.ts';

export const DASHBOARD_FILE = fileURLToPath(
  new URL('../../monitoring/grafana/dashboards/hsi-profiling.json', import.meta.url),
);

/** The dashboard's file, as text. */
export function dashboardJson(modelSource: ModelSource = 'label'): string {
  return `${JSON.stringify(hsiProfilingDashboard(modelSource), null, 2)}\n`;
}
