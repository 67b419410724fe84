// `npm run dashboard [-- --models=catalog]`: writes monitoring/grafana/dashboards/hsi-profiling.json.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { DASHBOARD_FILE, dashboardJson } from './json.ts';

const { values } = parseArgs({ options: { models: { type: 'string', default: 'label' } } });
if (values.models !== 'label' && values.models !== 'catalog') {
  console.error(`--models is "label" or "catalog", not "${values.models}".`);
  process.exit(1);
}
writeFileSync(DASHBOARD_FILE, dashboardJson(values.models));
console.log(`Wrote ${DASHBOARD_FILE}`);
