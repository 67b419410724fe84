import { readFileSync } from 'node:fs';
import { GRAFANA } from '@hsi/grafana-url';
import { SERVICES } from '@hsi/model-zoo-catalog';

const DASHBOARD = new URL(
  '../../monitoring/grafana/dashboards/hsi-profiling.json',
  import.meta.url,
);

export interface GrafanaUnderTest {
  /** With the sub-path: `http://127.0.0.1:3000/grafana`. */
  readonly url: string;
  /** `user:password`, or a service account's token. */
  readonly auth: string;
  /** Where this Grafana reaches Pyroscope; not always where this machine does. */
  readonly pyroscopeUrl: string;
}

/**
 * Puts the data source and the dashboard in through Grafana's API. What is there already (because
 * it is provisioned) is left as it is, but must be this version's.
 * @throws Error with a sentence that says what to do
 */
export async function putDashboardIn(grafana: GrafanaUnderTest): Promise<void> {
  const source = await call(grafana, 'GET', `/api/datasources/uid/${GRAFANA.pyroscopeUid}`);
  if (source.status === 404) {
    expectOk(
      'add the data source',
      await call(grafana, 'POST', '/api/datasources', {
        name: 'Pyroscope',
        uid: GRAFANA.pyroscopeUid,
        type: 'grafana-pyroscope-datasource',
        access: 'proxy',
        url: grafana.pyroscopeUrl,
        jsonData: { minStep: '15s' },
      }),
    );
  }
  const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
  const saved = await call(grafana, 'POST', '/api/dashboards/db', { dashboard, overwrite: true });
  if (saved.status !== 200 && !(await hasThisVersion(grafana, dashboard))) {
    expectOk('save the dashboard', saved);
  }
  const health = await call(grafana, 'GET', `/api/datasources/uid/${GRAFANA.pyroscopeUid}/health`);
  expectOk('reach Pyroscope (set E2E_GRAFANA_PYROSCOPE_URL to where Grafana finds it)', health);
}

const VISIBLE_WITHIN_MS = 90_000;

/**
 * Waits until Grafana itself finds the pushed profiles of every service: a Pyroscope may need a
 * while, and a data source may lead to another Pyroscope.
 * @throws Error with a sentence that says what to do
 */
export async function expectProfilesInGrafana(grafana: GrafanaUnderTest): Promise<void> {
  const end = Date.now() + VISIBLE_WITHIN_MS;
  const datasource = { type: 'grafana-pyroscope-datasource', uid: GRAFANA.pyroscopeUid };
  const queries = SERVICES.map(({ serviceName }, index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource,
    queryType: 'metrics',
    profileTypeId: GRAFANA.profileTypes.cpu,
    labelSelector: `{service_name="${serviceName}"}`,
    groupBy: [],
    intervalMs: 15_000,
    maxDataPoints: 500,
  }));
  let answer: Answer;
  do {
    const now = Date.now();
    const range = { from: String(now - 600_000), to: String(now) };
    answer = await call(grafana, 'POST', '/api/ds/query', { queries, ...range });
    const { results = {} } = JSON.parse(answer.body || '{}') as {
      results?: Record<string, { frames?: unknown[] }>;
    };
    if (queries.every(({ refId }) => (results[refId]?.frames ?? []).length > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  } while (Date.now() < end);
  throw new Error(
    `Grafana's data source ${GRAFANA.pyroscopeUid} does not show the profiles that were pushed to E2E_PYROSCOPE_URL within ${VISIBLE_WITHIN_MS / 1000} s. It leads to another Pyroscope, perhaps: compare its URL. Last answer: ${answer.status} ${answer.body.slice(0, 300)}`,
  );
}

/** A provisioned dashboard cannot be saved over; it will do when it has the same panels. */
async function hasThisVersion(grafana: GrafanaUnderTest, wanted: Dashboard): Promise<boolean> {
  const answer = await call(grafana, 'GET', `/api/dashboards/uid/${GRAFANA.dashboardUid}`);
  if (answer.status !== 200) return false;
  const { dashboard } = JSON.parse(answer.body) as { dashboard?: Partial<Dashboard> };
  const titles = ({ panels = [] }: Partial<Dashboard>) => panels.map(({ title }) => title);
  return titles(dashboard ?? {}).join('\n') === titles(wanted).join('\n');
}

interface Dashboard {
  readonly panels: readonly { readonly title: string }[];
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** As somebody who may; where Grafana does not know them, as anybody: a provisioned one needs no more. */
async function call(
  grafana: GrafanaUnderTest,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<Answer> {
  const { auth } = grafana;
  const authorization = auth.includes(':')
    ? `Basic ${Buffer.from(auth).toString('base64')}`
    : `Bearer ${auth}`;
  const answer = await send(grafana.url + path, method, { authorization }, body);
  return answer.status === 401 ? send(grafana.url + path, method, {}, body) : answer;
}

async function send(
  url: string,
  method: 'GET' | 'POST',
  headers: Readonly<Record<string, string>>,
  body: object | undefined,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, body: await response.text() };
}

function expectOk(what: string, { status, body }: Answer): void {
  if (status === 200) return;
  const hint =
    status === 401 || status === 403
      ? ' Set E2E_GRAFANA_AUTH to user:password or a token of someone who may.'
      : '';
  throw new Error(`Grafana could not ${what}: ${status} ${body.slice(0, 300)}.${hint}`);
}
