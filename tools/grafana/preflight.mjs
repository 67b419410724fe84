// Whether a Grafana and a Pyroscope are as `npm run e2e:grafana` needs them.

const LIMIT_MS = 10_000;
/** A Pyroscope that was just started needs some twenty seconds, a Grafana ten. */
const START_MS = 60_000;
const AGAIN_MS = 1_000;

/**
 * What is wrong with the servers, one sentence each that says what to do; empty when all is well.
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<string[]>}
 */
export async function checkServers(env) {
  const missing = ['E2E_GRAFANA_URL', 'E2E_PYROSCOPE_URL'].filter((name) => !env[name]);
  if (missing.length > 0) return missing.map((name) => `${name} is not set.`);
  const [grafana, pyroscope] = await Promise.all([
    checkGrafana(withSubPath(env.E2E_GRAFANA_URL), grafanaAuthorization(env)),
    checkPyroscope(trimmed(env.E2E_PYROSCOPE_URL)),
  ]);
  return [...grafana, ...pyroscope];
}

/**
 * Waits for servers that were just started; what is wrong with them then, `checkServers` says.
 * @param {Record<string, string | undefined>} env
 * @param {{ limitMs?: number, againMs?: number, onWait?: (url: string) => void }} [options] `onWait`
 *   is told once of each
 */
export async function waitForServers(env, options = {}) {
  const { limitMs = START_MS, againMs = AGAIN_MS, onWait = () => undefined } = options;
  const end = Date.now() + limitMs;
  const urls = [
    `${withSubPath(env.E2E_GRAFANA_URL)}/api/health`,
    `${trimmed(env.E2E_PYROSCOPE_URL)}/ready`,
  ];
  await Promise.all(
    urls.filter((url) => URL.canParse(url)).map((url) => waitFor(url, { end, againMs, onWait })),
  );
}

/**
 * @param {string} url
 * @param {{ end: number, againMs: number, onWait: (url: string) => void }} options
 */
async function waitFor(url, { end, againMs, onWait }) {
  for (let turn = 0; ; turn++) {
    const answer = await ask(url);
    if (typeof answer !== 'string' && answer.status < 500) return;
    if (Date.now() + againMs > end) return;
    if (turn === 0) onWait(url);
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
}

/**
 * Grafana's address with the sub-path that the gateway passes on, whether it was given with it or not.
 * @param {string | undefined} url
 */
export function withSubPath(url) {
  const given = trimmed(url);
  return given.endsWith('/grafana') ? given : `${given}/grafana`;
}

/**
 * Who may put things into Grafana, as the `Authorization` header says it.
 * @param {Record<string, string | undefined>} env
 */
export function grafanaAuthorization(env) {
  const auth = env.E2E_GRAFANA_AUTH?.trim() || 'admin:admin';
  return auth.includes(':') ? `Basic ${Buffer.from(auth).toString('base64')}` : `Bearer ${auth}`;
}

/**
 * Whether Grafana asks visitors to sign in. Then the suite's gateway signs everyone in.
 * @param {string} url with the sub-path
 */
export async function asksToSignIn(url) {
  const login = await ask(`${url}/api/login/ping`);
  return typeof login !== 'string' && login.status === 401;
}

/**
 * @param {string} url
 * @param {string} authorization
 */
async function checkGrafana(url, authorization) {
  if (!URL.canParse(url)) return [`E2E_GRAFANA_URL is not a URL: ${url}.`];
  if (new URL(url).protocol !== 'http:') {
    return [
      `E2E_GRAFANA_URL must be plain http: the suite cuts the connection to Grafana, which it cannot do inside ${new URL(url).protocol}//.`,
    ];
  }
  const health = await ask(`${url}/api/health`);
  if (typeof health === 'string') return [`Grafana at ${url} does not answer: ${health}.`];
  if (health.status !== 200 || !health.body.includes('"database"')) {
    return [
      `${url}/api/health answers ${health.status} and not as Grafana does. The gateway passes the sub-path /grafana on, so Grafana must serve from it: set [server] root_url = .../grafana/ and serve_from_sub_path = true.`,
    ];
  }
  const problems = [];
  if (/deny/i.test(health.headers.get('x-frame-options') ?? '')) {
    problems.push('Grafana refuses to be framed: set [security] allow_embedding = true.');
  }
  const closed = await asksToSignIn(url);
  const signedIn = closed ? { authorization } : {};
  if (closed) {
    const login = await ask(`${url}/api/login/ping`, signedIn);
    if (typeof login === 'string' || login.status !== 200) {
      problems.push(
        'Grafana asks everyone to sign in, and does not know E2E_GRAFANA_AUTH (user:password or a token): set it, or set [auth.anonymous] enabled = true (a Viewer is enough).',
      );
      return problems;
    }
  }
  const page = await ask(`${url}/d/hsi-profiling/hsi-profiling?orgId=1`, signedIn);
  const location = typeof page === 'string' ? null : page.headers.get('location');
  if (location?.includes('/login')) {
    problems.push(
      'Grafana asks to sign in for its organisation 1, which the page opens: [auth.anonymous] org_name must be the name of organisation 1.',
    );
  } else if (location) {
    problems.push(
      `Grafana sends its pages to ${location}: its root_url names another place than /grafana. Set [server] root_url = http://127.0.0.1:8080/grafana/ and serve_from_sub_path = true.`,
    );
  }
  return problems;
}

/**
 * Which versions the suite runs against, for its first line; what does not say so is "unknown".
 * @param {Record<string, string | undefined>} env
 */
export async function describeServers(env) {
  const versionOf = async (/** @type {string} */ url, /** @type {RegExp} */ pattern) => {
    const answer = await ask(url);
    return (typeof answer === 'string' ? undefined : pattern.exec(answer.body)?.[1]) ?? 'unknown';
  };
  const grafana = withSubPath(env.E2E_GRAFANA_URL);
  const pyroscope = trimmed(env.E2E_PYROSCOPE_URL);
  const [one, other] = await Promise.all([
    versionOf(`${grafana}/api/health`, /"version":\s*"([^"]+)"/),
    versionOf(`${pyroscope}/api/v1/status/buildinfo`, /"version":\s*"([^"]+)"/),
  ]);
  return `Grafana ${one} at ${grafana}, Pyroscope ${other} at ${pyroscope}`;
}

/** @param {string} url */
async function checkPyroscope(url) {
  if (!URL.canParse(url)) return [`E2E_PYROSCOPE_URL is not a URL: ${url}.`];
  const ready = await ask(`${url}/ready`);
  if (typeof ready === 'string') return [`Pyroscope at ${url} does not answer: ${ready}.`];
  return ready.status === 200
    ? []
    : [`Pyroscope at ${url} is not ready: ${ready.status} ${ready.body.slice(0, 200).trim()}.`];
}

/**
 * @param {string} url
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ status: number, headers: Headers, body: string } | string>} the answer, or why there is none
 */
async function ask(url, headers = {}) {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** @param {string | undefined} url */
function trimmed(url) {
  return (url ?? '').trim().replace(/\/+$/, '');
}
