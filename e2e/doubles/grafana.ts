import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Dashboard } from '../../tools/grafana-dashboard/model.ts';
import { problemsOf } from '../../tools/grafana/double/problems.ts';
import { PyroscopeSource, type Query } from '../../tools/grafana/double/pyroscope-source.ts';
import { showDashboard } from '../../tools/grafana/double/show-dashboard.ts';
import { lookalikePage, SHOWN } from './grafana-lookalike.ts';
import { dashboardPage, explorePage, plainPage } from './grafana-pages.ts';

const SETTINGS = [
  'anonymous embedding allowed',
  'embedding refused',
  'login required',
  'dashboard missing',
  'data source missing',
  'away',
] as const;

/**
 * How the double behaves. All but `away` answer as a real Grafana 12.3 with that setting was
 * recorded to answer; `away` drops every connection, as a proxy sees a Grafana that was killed.
 */
export type GrafanaSetting = (typeof SETTINGS)[number];

export interface GrafanaRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** What it was answered with; undefined where the connection was dropped. */
  readonly status: number | undefined;
}

export interface GrafanaDouble {
  /** `http://127.0.0.1:<port>/grafana`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Every request since the start or the last `forget`, oldest first. */
  readonly requests: readonly GrafanaRequest[];
  /** How often the dashboard's page was loaded as a document. */
  readonly loads: number;
  /** Changes the behaviour at once. */
  set(setting: GrafanaSetting): void;
  /** An anonymous `Viewer` (the start) is sent home from Explore, an `Editor` is not. */
  setRole(role: 'Viewer' | 'Editor'): void;
  /** Empties `requests` and sets `loads` to 0. */
  forget(): void;
  close(): Promise<void>;
}

export interface GrafanaDoubleOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly setting?: GrafanaSetting;
  /** Uid of the one dashboard that exists. */
  readonly dashboardUid?: string;
  /** What `/api/health` reports. */
  readonly version?: string;
}

interface State {
  setting: GrafanaSetting;
  role: 'Viewer' | 'Editor';
  requests: GrafanaRequest[];
  loads: number;
  readonly dashboardUid: string;
  readonly version: string;
  origin: string;
  /** The dashboard that was saved through the API; without one a page of the double's own stands in. */
  saved: Dashboard | undefined;
  /** The data source that was saved. */
  source: PyroscopeSource | undefined;
}

interface Answer {
  readonly status: number;
  readonly type: 'json' | 'html';
  readonly body: string;
  readonly location?: string;
}

/** The same, from another process than the one that started the double. */
export interface GrafanaDoubleControl {
  set(setting: GrafanaSetting): Promise<void>;
  setRole(role: 'Viewer' | 'Editor'): Promise<void>;
  forget(): Promise<void>;
  read(): Promise<{ readonly requests: readonly GrafanaRequest[]; readonly loads: number }>;
}

const PREFIX = '/grafana';
/** The one account. */
const KNOWN = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
/** Not a path of Grafana's; answered in every setting. */
const CONTROL = '/__double';

/** Starts a stand-in for Grafana on 127.0.0.1, served from the sub-path `/grafana`. */
export async function startGrafanaDouble(
  options: GrafanaDoubleOptions = {},
): Promise<GrafanaDouble> {
  const state: State = {
    setting: options.setting ?? 'anonymous embedding allowed',
    role: 'Viewer',
    requests: [],
    loads: 0,
    dashboardUid: options.dashboardUid ?? 'hsi-profiling',
    version: options.version ?? '12.3.3',
    origin: '',
    saved: undefined,
    source: undefined,
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => {
      response.writeHead(500, { Connection: 'close' }).end(String(error));
    });
  });
  await listen(server, options.port ?? 0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The double has no port.');
  state.origin = `http://127.0.0.1:${address.port}`;

  return {
    url: state.origin + PREFIX,
    port: address.port,
    get requests() {
      return state.requests;
    },
    get loads() {
      return state.loads;
    },
    set(setting) {
      state.setting = setting;
    },
    setRole(role) {
      state.role = role;
    },
    forget() {
      state.requests = [];
      state.loads = 0;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

/** Controls the double at `url` over HTTP: a test's worker is not the process that started it. */
export function controlGrafanaDouble(url: string): GrafanaDoubleControl {
  const address = new URL(CONTROL, url);
  const post = async (change: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams(change).toString();
    const response = await fetch(`${address.href}?${query}`, { method: 'POST' });
    if (!response.ok) throw new Error(`The Grafana double refused: ${await response.text()}`);
    return response.text();
  };
  return {
    set: async (setting) => void (await post({ setting })),
    setRole: async (role) => void (await post({ role })),
    forget: async () => void (await post({ forget: '1' })),
    read: async () => {
      const { requests, loads } = JSON.parse(await post({})) as Pick<State, 'requests' | 'loads'>;
      return { requests, loads };
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function handle(
  state: State,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  const path = request.url ?? '/';
  const body = await readBody(request);
  if (path.startsWith(CONTROL)) {
    control(state, new URL(path, state.origin).searchParams, response);
    return;
  }
  if (state.setting === 'away') {
    state.requests.push({ method, path, status: undefined });
    request.socket.destroy();
    return;
  }
  // Somebody with the right password is signed in, whatever visitors must do.
  const seen =
    request.headers.authorization === KNOWN && state.setting === 'login required'
      ? { ...state, setting: 'anonymous embedding allowed' as const, role: 'Editor' as const }
      : state;
  const answer = (await written(state, method, path, body)) ?? answerTo(seen, path);
  state.loads = seen.loads;
  state.requests.push({ method, path, status: answer.status });
  response.writeHead(answer.status, {
    // No connection outlives its answer, so `away` meets no client that still holds one.
    Connection: 'close',
    'Cache-Control': 'no-store',
    'Content-Type': answer.type === 'json' ? 'application/json' : 'text/html; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    ...(state.setting === 'embedding refused' && { 'X-Frame-Options': 'deny' }),
    ...(answer.location !== undefined && { Location: answer.location }),
  });
  response.end(method === 'HEAD' ? undefined : answer.body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/**
 * The parts of Grafana's API by which a dashboard and its data source are put in. With a saved
 * dashboard the double shows that one (tools/grafana/double), and refuses one that Grafana would
 * silently make something else of.
 */
async function written(
  state: State,
  method: string,
  requested: string,
  body: string,
): Promise<Answer | undefined> {
  const { pathname, searchParams } = new URL(requested, state.origin);
  const path = pathname.replace(/^\/grafana(?=\/)/u, '');
  if (method === 'POST' && path === '/api/dashboards/db') {
    const { dashboard } = JSON.parse(body) as { dashboard: Dashboard };
    const problems = problemsOf(dashboard);
    if (problems.length > 0) return json(400, { message: problems.join('; ') });
    state.saved = dashboard;
    return json(200, { status: 'success', uid: state.dashboardUid });
  }
  if (method === 'POST' && path === '/api/datasources') {
    const { url } = JSON.parse(body) as { url: string };
    state.source = new PyroscopeSource(url.replace(/\/+$/u, ''));
    return json(200, { message: 'Datasource added' });
  }
  if (method === 'POST' && path === '/api/ds/query') return queried(state, body);
  if (path === '/api/datasources/uid/pyroscope') {
    return state.source === undefined
      ? json(404, { message: 'Data source not found' })
      : json(200, { uid: 'pyroscope', type: 'grafana-pyroscope-datasource' });
  }
  if (path !== SHOWN || state.saved === undefined || state.source === undefined) return undefined;
  return json(
    200,
    await showDashboard(state.saved, searchParams, state.source, PREFIX, Date.now()),
  );
}

interface QueryRequest {
  readonly queries: readonly (Query & { readonly refId: string; readonly intervalMs: number })[];
  readonly from: string;
  readonly to: string;
}

/** How many frames each query gives; what is in them nobody asks. */
async function queried({ source }: State, body: string): Promise<Answer> {
  const { queries, from, to } = JSON.parse(body) as QueryRequest;
  const range = { from: Number(from), to: Number(to) };
  const results = await Promise.all(
    queries.map(async ({ refId, intervalMs, ...query }) => {
      const answer = await source?.query(query, range, intervalMs / 1000);
      return [refId, { status: 200, frames: answer?.lines ?? [] }] as const;
    }),
  );
  return json(200, { results: Object.fromEntries(results) });
}

function control(state: State, change: URLSearchParams, response: ServerResponse): void {
  const setting = change.get('setting');
  const role = change.get('role');
  if (setting !== null && !isSetting(setting)) {
    response.writeHead(400).end(`There is no setting "${setting}": ${SETTINGS.join(', ')}.`);
    return;
  }
  if (setting !== null) state.setting = setting;
  if (role === 'Viewer' || role === 'Editor') state.role = role;
  if (change.has('forget')) [state.requests, state.loads] = [[], 0];
  response.end(JSON.stringify({ requests: state.requests, loads: state.loads }));
}

function isSetting(text: string): text is GrafanaSetting {
  return SETTINGS.some((setting) => setting === text);
}

function answerTo(state: State, requested: string): Answer {
  const url = new URL(requested, state.origin);
  const below = url.pathname === PREFIX || url.pathname.startsWith(`${PREFIX}/`);
  // As Grafana does with `serve_from_sub_path`: the API answers without the prefix too, a page
  // redirects to the configured root.
  if (!below && !url.pathname.startsWith('/api/')) {
    return redirect(301, `${state.origin}${PREFIX}${requested}`, 'Moved Permanently');
  }
  const path = below ? url.pathname.slice(PREFIX.length) || '/' : url.pathname;
  return path.startsWith('/api/')
    ? apiAnswer(state, path.replace(/\/$/u, ''))
    : pageAnswer(state, path, url);
}

function apiAnswer(state: State, path: string): Answer {
  if (path === '/api/health') {
    return json(200, { database: 'ok', version: state.version, commit: '4bbdef05' });
  }
  if (state.setting === 'login required') {
    if (path === '/api/login/ping') return json(401, { message: 'Unauthorized' });
    return json(401, {
      extra: null,
      message: 'Unauthorized',
      messageId: 'auth.unauthorized',
      statusCode: 401,
      traceID: '',
    });
  }
  switch (path) {
    case '/api/login/ping':
      return json(200, { message: 'Logged in' });
    case '/api/user':
      // An anonymous visitor is nobody, though the dashboard renders.
      return json(401, { message: 'Unauthorized' });
    case '/api/frontend/settings':
      return json(200, frontendSettings(state));
    case '/api/datasources/uid/pyroscope/health':
      return state.setting === 'data source missing'
        ? json(500, { message: 'Unable to load datasource metadata' })
        : json(200, { message: 'Data source is working', status: 'OK' });
  }
  const uid = /^\/api\/dashboards\/uid\/([^/]+)$/u.exec(path)?.[1];
  if (uid === undefined) return json(404, { message: 'Not found' });
  return uid === state.dashboardUid && state.setting !== 'dashboard missing'
    ? json(200, {
        meta: { type: 'db', canSave: false, slug: uid, url: `${PREFIX}/d/${uid}/${uid}` },
        dashboard: state.saved ?? { uid, title: 'HSI Profiling', schemaVersion: 42, panels: [] },
      })
    : json(404, { message: 'Dashboard not found', title: 'Not found' });
}

function frontendSettings(state: State): object {
  const pyroscope = { type: 'datasource', name: 'Pyroscope', uid: 'pyroscope' };
  return {
    anonymousEnabled: true,
    buildInfo: { version: state.version },
    datasources: {
      '-- Grafana --': { type: 'datasource', name: '-- Grafana --', uid: 'grafana' },
      ...(state.setting !== 'data source missing' && { Pyroscope: pyroscope }),
    },
  };
}

function pageAnswer(state: State, path: string, url: URL): Answer {
  if (path === '/login') return page(plainPage('Welcome to Grafana', 'Log in'));
  const otherOrg = (url.searchParams.get('orgId') ?? '1') !== '1';
  if (state.setting === 'login required' || otherOrg) {
    const target = path === '/' ? '' : encodeURIComponent(path + url.search);
    return redirect(302, `${PREFIX}/login?redirectTo=${target}`, 'Found');
  }
  if (path.startsWith('/explore') || path.startsWith('/a/grafana-pyroscope-app')) {
    return state.role === 'Editor'
      ? page(explorePage(url))
      : redirect(302, `${PREFIX}/?redirectTo=${encodeURIComponent(path + url.search)}`, 'Found');
  }
  // Grafana answers 200 for a dashboard that does not exist; its page finds out.
  const uid = /^\/d(?:-solo)?\/([^/]+)/u.exec(path)?.[1];
  if (uid === undefined) return page(plainPage('Home', 'Welcome to Grafana'));
  state.loads += 1;
  return uid === state.dashboardUid && state.setting !== 'dashboard missing'
    ? page(state.saved === undefined ? dashboardPage(state.loads) : lookalikePage())
    : page(plainPage('Not found', 'Dashboard not found'));
}

function json(status: number, body: object): Answer {
  return { status, type: 'json', body: JSON.stringify(body) };
}

function page(body: string): Answer {
  return { status: 200, type: 'html', body };
}

function redirect(status: 301 | 302, location: string, text: string): Answer {
  return { status, type: 'html', location, body: `<a href="${location}">${text}</a>.\n\n` };
}
