// The settings of `npm start`: one table for the program, its --help and the README.

/**
 * @typedef {object} Setting
 * @property {string} name    environment variable
 * @property {string} default shown in the help; the value used when it is one word
 * @property {string} meaning
 */

/** @type {readonly Setting[]} */
export const SETTINGS = [
  { name: 'HOST', default: '127.0.0.1', meaning: 'address that every server binds to' },
  { name: 'GATEWAY_PORT', default: '8080', meaning: 'port of the page' },
  {
    name: 'PROFILE_SERVER_PORT',
    default: '4040',
    meaning: 'port of the embedded profile server',
  },
  { name: 'BACKEND_PORT', default: '8000', meaning: 'port of the backend' },
  { name: 'DATA_DIR', default: '.data', meaning: 'folder for profiles, audit log, remotes, logs' },
  {
    name: 'RETENTION',
    default: '15d',
    meaning: 'age at which profiles are removed; off keeps all',
  },
  { name: 'RETENTION_SIZE', default: '2GB', meaning: 'size that stored profiles may take; or off' },
  { name: 'ENVIRONMENT', default: 'development', meaning: 'label `environment` of our services' },
  { name: 'GRAFANA_UPSTREAM', default: '', meaning: 'where the gateway proxies /grafana to' },
  {
    name: 'GRAFANA_URL',
    default: '/grafana',
    meaning: 'where a browser finds Grafana; an absolute URL is not proxied',
  },
  {
    name: 'PYROSCOPE_UPSTREAM',
    default: '(the embedded profile server)',
    meaning: 'where the gateway sends /profiles: any Pyroscope',
  },
  {
    name: 'PYROSCOPE_URL',
    default: '(where profiles come from)',
    meaning: 'what "Open Pyroscope" opens in a browser',
  },
  {
    name: 'PYROSCOPE_INGEST_URL',
    default: '(PYROSCOPE_UPSTREAM, else embedded)',
    meaning: 'where our own services push their profiles',
  },
  {
    name: 'PYROSCOPE_TENANT',
    default: 'anonymous',
    meaning: 'tenant whose profiles the page reads (X-Scope-OrgID)',
  },
  { name: 'BACKEND_UPSTREAM', default: '(the embedded backend)', meaning: 'where /api goes' },
  {
    name: 'UPSTREAM_GRAFANA_AUTH',
    default: '',
    meaning: '`basic user:password` or `bearer token` that the gateway adds for Grafana',
  },
  { name: 'UPSTREAM_PYROSCOPE_AUTH', default: '', meaning: 'the same for Pyroscope' },
  { name: 'UPSTREAM_BACKEND_AUTH', default: '', meaning: 'the same for the backend' },
  {
    name: 'BACKEND_TOKEN',
    default: '(a random one)',
    meaning: 'token of writing calls to the backend, such as POST /api/events',
  },
  { name: 'MODEL_ZOO_PATH', default: '', meaning: 'folder with <name>.onnx; else demo weights' },
  { name: 'MODEL_ZOO_BUDGET_MB', default: '8000', meaning: 'memory that loaded models may take' },
  { name: 'MODEL_ZOO_THREADS', default: '1', meaning: 'threads of one inference' },
  { name: 'JAEGER_URL', default: '', meaning: 'where a browser finds Jaeger' },
  {
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    default: '',
    meaning: 'where the backend sends its traces (OTLP over HTTP)',
  },
  {
    name: 'REMOTE_ORIGINS',
    default: '',
    meaning: 'further origins that remotes may load from, separated by spaces',
  },
  {
    name: 'REMOTES_DIR',
    default: '(DATA_DIR/remotes)',
    meaning: 'folder with registry.json and the versions of each remote',
  },
];

export const FLAGS = [
  { name: '--no-demo', meaning: 'do not start the demo services' },
  { name: '--help', meaning: 'print this text' },
];

/** The text that `npm start -- --help` prints. */
export function helpText() {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length));
  const lines = SETTINGS.map(({ name, default: value, meaning }) => {
    const fallback = value === '' ? 'none' : value;
    return `  ${name.padEnd(width)}  ${meaning} [${fallback}]`;
  });
  const flags = FLAGS.map(({ name, meaning }) => `  ${name.padEnd(width)}  ${meaning}`);
  return [
    'npm start [-- flags]: build what is needed and run everything on this machine.',
    '',
    'Flags:',
    ...flags,
    '',
    'Settings (environment variables) and their defaults:',
    ...lines,
    '',
  ].join('\n');
}

/**
 * The settings with their defaults. A default in parentheses depends on others and is left empty.
 * @param {Record<string, string | undefined>} env
 * @returns {Record<string, string>}
 */
export function readSettings(env) {
  return Object.fromEntries(
    SETTINGS.map(({ name, default: value }) => [
      name,
      env[name]?.trim() || (value.startsWith('(') ? '' : value),
    ]),
  );
}

const PORTS = ['GATEWAY_PORT', 'PROFILE_SERVER_PORT', 'BACKEND_PORT'];
const URLS = ['GRAFANA_UPSTREAM', 'PYROSCOPE_UPSTREAM', 'PYROSCOPE_INGEST_URL', 'BACKEND_UPSTREAM'];

/**
 * What is wrong with the settings, one sentence each.
 * @param {Record<string, string>} settings
 */
export function checkSettings(settings) {
  const problems = [];
  for (const name of PORTS) {
    const port = settings[name] ?? '';
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || Number(port) === 0) {
      problems.push(`${name} is "${port}": expected a port between 1 and 65535.`);
    }
  }
  for (const name of URLS) {
    const url = settings[name] ?? '';
    if (url !== '' && !(URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) {
      problems.push(`${name} is "${url}": expected an http or https URL.`);
    }
  }
  const taken = new Map();
  for (const name of PORTS) {
    const port = settings[name];
    if (taken.has(port)) problems.push(`${name} and ${taken.get(port)} are both ${port}.`);
    taken.set(port, name);
  }
  return problems;
}

/**
 * The processes to run and the settings that each gets.
 * @param {Record<string, string>} settings
 * @param {{ root: string, dataDir: string, demo: boolean }} options
 * @returns {import('./supervisor.mjs').Plan[]}
 */
export function planProcesses(settings, { root, dataDir, demo }) {
  const reachable =
    settings.HOST === '0.0.0.0' || settings.HOST === '::' ? '127.0.0.1' : settings.HOST;
  const at = (/** @type {string} */ port) =>
    `http://${reachable?.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  const embeddedProfiles = at(settings.PROFILE_SERVER_PORT ?? '');
  const upstream = settings.PYROSCOPE_UPSTREAM || embeddedProfiles;
  const ingest = settings.PYROSCOPE_INGEST_URL || upstream;
  const backend = settings.BACKEND_UPSTREAM || at(settings.BACKEND_PORT ?? '');
  const shared = { HOST: settings.HOST ?? '', DATA_DIR: dataDir };
  const own = { ENVIRONMENT: settings.ENVIRONMENT ?? '', PYROSCOPE_INGEST_URL: ingest };
  const bundle = (/** @type {string} */ app) => `${root}/apps/${app}/dist/main.mjs`;

  /** @type {import('./supervisor.mjs').Plan[]} */
  const processes = [];
  if (upstream === embeddedProfiles || ingest === embeddedProfiles) {
    processes.push({
      name: 'profile-server',
      module: bundle('profile-server'),
      args: [],
      port: 'PROFILE_SERVER_PORT',
      env: {
        ...shared,
        PROFILE_SERVER_PORT: settings.PROFILE_SERVER_PORT,
        RETENTION: settings.RETENTION,
        RETENTION_SIZE: settings.RETENTION_SIZE,
      },
    });
  }
  if (!settings.BACKEND_UPSTREAM) {
    processes.push({
      name: 'backend',
      module: bundle('backend'),
      args: [],
      port: 'BACKEND_PORT',
      env: {
        ...shared,
        ...own,
        BACKEND_PORT: settings.BACKEND_PORT,
        GRAFANA_URL: settings.GRAFANA_URL,
        GRAFANA_UPSTREAM: settings.GRAFANA_UPSTREAM,
        PYROSCOPE_URL: settings.PYROSCOPE_URL || upstream,
        PYROSCOPE_UPSTREAM: settings.PYROSCOPE_UPSTREAM,
        HSI_DEMO: demo ? '1' : '',
        BACKEND_TOKEN: settings.BACKEND_TOKEN,
        MODEL_ZOO_PATH: settings.MODEL_ZOO_PATH,
        MODEL_ZOO_BUDGET_MB: settings.MODEL_ZOO_BUDGET_MB,
        MODEL_ZOO_THREADS: settings.MODEL_ZOO_THREADS,
        JAEGER_URL: settings.JAEGER_URL,
        OTEL_EXPORTER_OTLP_ENDPOINT: settings.OTEL_EXPORTER_OTLP_ENDPOINT,
      },
    });
  }
  processes.push({
    name: 'gateway',
    module: bundle('gateway'),
    args: [],
    port: 'GATEWAY_PORT',
    env: {
      ...shared,
      GATEWAY_PORT: settings.GATEWAY_PORT,
      SHELL_DIR: `${root}/apps/shell/dist`,
      REMOTES_DIR: settings.REMOTES_DIR || `${dataDir}/remotes`,
      BACKEND_UPSTREAM: backend,
      PYROSCOPE_UPSTREAM: upstream,
      PYROSCOPE_TENANT: settings.PYROSCOPE_TENANT,
      GRAFANA_UPSTREAM: settings.GRAFANA_UPSTREAM,
      GRAFANA_URL: settings.GRAFANA_URL,
      REMOTE_ORIGINS: settings.REMOTE_ORIGINS,
      UPSTREAM_BACKEND_AUTH: settings.UPSTREAM_BACKEND_AUTH,
      UPSTREAM_PYROSCOPE_AUTH: settings.UPSTREAM_PYROSCOPE_AUTH,
      UPSTREAM_GRAFANA_AUTH: settings.UPSTREAM_GRAFANA_AUTH,
    },
  });
  if (demo) {
    for (const name of ['rt-detr', 'nemotron', 'florence', 'driver']) {
      processes.push({
        name: `demo-${name}`,
        module: bundle('demo-services'),
        args: [name],
        port: '',
        env: { ...own, BACKEND_URL: backend, BACKEND_TOKEN: settings.BACKEND_TOKEN },
      });
    }
  }
  return processes;
}
