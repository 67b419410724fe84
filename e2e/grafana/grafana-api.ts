import { readFileSync } from 'node:fs';
import { GRAFANA } from '@hsi/grafana-url';
import { SERVICES } from '@hsi/model-zoo-catalog';
import { MODELS } from './profiles.ts';

const DASHBOARD = new URL(
  '../../monitoring/grafana/dashboards/hsi-profiling.json',
  import.meta.url,
);

const DATA_SOURCE = { type: 'grafana-pyroscope-datasource', uid: GRAFANA.pyroscopeUid } as const;
const SOURCE = `/api/datasources/uid/${GRAFANA.pyroscopeUid}`;

export interface GrafanaUnderTest {
  /** With the sub-path: `http://127.0.0.1:3000/grafana`. */
  readonly url: string;
  /** The `Authorization` header of who may put things in. */
  readonly authorization: string;
  /** Where this Grafana reaches Pyroscope; not always where this machine does. */
  readonly pyroscopeUrl: string;
}

/**
 * Puts the data source and the dashboard in through Grafana's API. What is there already (because
 * it is provisioned) is left as it is, but must be this version's.
 * @throws Error with a sentence that says what to do
 */
export async function putDashboardIn(grafana: GrafanaUnderTest): Promise<void> {
  const source = await call(grafana, 'GET', SOURCE);
  if (source.status === 404) expectOk('add the data source', await addSource(grafana));
  const dashboard = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard;
  const saved = await call(grafana, 'POST', '/api/dashboards/db', { dashboard, overwrite: true });
  if (saved.status !== 200 && !(await hasThisVersion(grafana, dashboard))) {
    expectOk('save the dashboard', saved);
  }
  const health = await call(grafana, 'GET', `${SOURCE}/health`);
  expectOk('reach Pyroscope (set E2E_GRAFANA_PYROSCOPE_URL to where Grafana finds it)', health);
}

/** Names are taken once, uids too: another data source may already be called Pyroscope. */
async function addSource(grafana: GrafanaUnderTest): Promise<Answer> {
  const add = (name: string) =>
    call(grafana, 'POST', '/api/datasources', {
      name,
      uid: GRAFANA.pyroscopeUid,
      type: DATA_SOURCE.type,
      access: 'proxy',
      url: grafana.pyroscopeUrl,
      jsonData: { minStep: '15s' },
    });
  const first = await add('Pyroscope');
  return first.status === 409 ? add(`Pyroscope for ${GRAFANA.dashboardTitle}`) : first;
}

const VISIBLE_WITHIN_MS = 90_000;

/**
 * Waits until Grafana itself finds the pushed profiles of every service: a Pyroscope may need a
 * while, and a data source may lead to another Pyroscope.
 * @throws Error with a sentence that says what to do
 */
export async function expectProfilesInGrafana(grafana: GrafanaUnderTest): Promise<void> {
  const end = Date.now() + VISIBLE_WITHIN_MS;
  const queries = queriesOfPushed();
  let answer: Answer;
  let missing: string[];
  do {
    const now = Date.now();
    const range = { from: String(now - 600_000), to: String(now) };
    answer = await call(grafana, 'POST', '/api/ds/query', { queries, ...range });
    const { results = {} } = read<{ results?: Record<string, { frames?: unknown[] }> }>(answer);
    missing = queries
      .filter(({ refId }) => (results[refId]?.frames ?? []).length === 0)
      .map(({ profileTypeId, labelSelector }) => `${profileTypeId}${labelSelector}`);
    if (missing.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  } while (Date.now() < end);
  const { url = 'an address that it does not say' } = read<{ url?: string }>(
    await call(grafana, 'GET', SOURCE),
  );
  throw new Error(
    `Grafana's data source ${GRAFANA.pyroscopeUid} does not show what was pushed to E2E_PYROSCOPE_URL within ${VISIBLE_WITHIN_MS / 1000} s. It reads ${url}: is that another Pyroscope? Missing: ${missing.join(', ')}. Last answer: ${answer.status} ${answer.body.slice(0, 300)}`,
  );
}

/** CPU and memory of every service, and Backend's CPU by model. */
function queriesOfPushed() {
  const { cpu, memory } = GRAFANA.profileTypes;
  const selections = [
    ...SERVICES.flatMap(({ serviceName }) =>
      [cpu, memory].map((type) => [type, `{service_name="${serviceName}"}`] as const),
    ),
    ...MODELS.map(
      (model) => [cpu, `{service_name="${GRAFANA.defaults.service}",model="${model}"}`] as const,
    ),
  ];
  return selections.map(([profileTypeId, labelSelector], index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource: DATA_SOURCE,
    queryType: 'metrics',
    profileTypeId,
    labelSelector,
    groupBy: [],
    intervalMs: 15_000,
    maxDataPoints: 500,
  }));
}

/** A provisioned dashboard cannot be saved over; it will do when its panels ask the same. */
async function hasThisVersion(grafana: GrafanaUnderTest, wanted: Dashboard): Promise<boolean> {
  const answer = await call(grafana, 'GET', `/api/dashboards/uid/${GRAFANA.dashboardUid}`);
  if (answer.status !== 200) return false;
  const { dashboard = {} } = read<{ dashboard?: Partial<Dashboard> }>(answer);
  const asked = ({ panels = [] }: Partial<Dashboard>) =>
    panels.map(({ title, targets = [] }) => [
      title,
      ...targets.map(({ profileTypeId, labelSelector }) => [profileTypeId, labelSelector]),
    ]);
  return JSON.stringify(asked(dashboard)) === JSON.stringify(asked(wanted));
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly {
      readonly profileTypeId: string;
      readonly labelSelector: string;
    }[];
  }[];
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
  const { authorization } = grafana;
  const answer = await send(grafana.url + path, method, { authorization }, body);
  return answer.status === 401 ? send(grafana.url + path, method, {}, body) : answer;
}

async function send(
  url: string,
  method: 'GET' | 'POST',
  headers: Readonly<Record<string, string>>,
  body: object | undefined,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, body: await response.text() };
  } catch (error) {
    const { cause = error } = error as Error;
    throw new Error(`${method} ${url} has no answer: ${String(cause)}.`, { cause: error });
  }
}

/** The answer's JSON; nothing where it is none, such as a proxy's page. */
function read<T extends object>({ body }: Answer): Partial<T> {
  try {
    return JSON.parse(body) as T;
  } catch {
    return {};
  }
}

function expectOk(what: string, { status, body }: Answer): void {
  if (status === 200) return;
  const hint =
    status === 401 || status === 403
      ? ' Set E2E_GRAFANA_AUTH to user:password or a token of someone who may.'
      : '';
  throw new Error(`Grafana could not ${what}: ${status} ${body.slice(0, 300)}.${hint}`);
}
