import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Answer, FakeServers, grafana, GRAFANA_AWAY } from '../testing/fake-servers.ts';
import { decideGrafana, type GrafanaStatusKind, isFramable } from './grafana-status.ts';
import { probeGrafana, type ProbeName, PROBES } from './probe.ts';

const HEALTH = '/grafana/api/health';
const LOGIN = '/grafana/api/login/ping';
const DASHBOARD = '/grafana/api/dashboards/uid/hsi-profiling';
const SOURCE = '/grafana/api/datasources/uid/pyroscope/health';
const allowed = grafana('anonymous Viewer, embedding allowed');
const html: Answer = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' };

/** Probes servers with these answers and decides. */
async function statusOf(answers: Readonly<Record<string, Answer>>, base = '/grafana') {
  const servers = new FakeServers(answers);
  vi.stubGlobal('fetch', servers.fetch);
  const pageOrigin = window.location.origin;
  const probed = await probeGrafana(base, Object.keys(PROBES) as ProbeName[]);
  return decideGrafana({ base, pageOrigin, configured: true, answers: probed });
}

afterEach(() => vi.unstubAllGlobals());

describe('a Grafana as recorded', () => {
  it.each<[string, Readonly<Record<string, Answer>>, GrafanaStatusKind, string]>([
    ['that lets everybody in and may be framed', allowed, 'ready', ''],
    [
      'that refuses frames',
      grafana('anonymous Viewer, embedding refused'),
      'framing-refused',
      'Grafana refuses to be shown inside another page.',
    ],
    [
      'that asks to sign in',
      grafana('login required, embedding allowed'),
      'login-required',
      'Grafana asks to sign in.',
    ],
    [
      'without our dashboard',
      { ...allowed, [DASHBOARD]: allowed['/grafana/api/dashboards/uid/none']! },
      'dashboard-missing',
      'Grafana has no dashboard HSI Profiling (uid hsi-profiling).',
    ],
    [
      'without our data source',
      {
        ...allowed,
        [SOURCE]: { status: 500, body: { message: 'Unable to load datasource metadata' } },
      },
      'data-source-missing',
      'Grafana has no data source with the uid pyroscope.',
    ],
    [
      'whose data source is unknown by 404',
      { ...allowed, [SOURCE]: { status: 404 } },
      'data-source-missing',
      'Grafana has no data source with the uid pyroscope.',
    ],
    [
      'whose data source fails',
      {
        ...allowed,
        [SOURCE]: { status: 400, body: { message: 'connection refused.', status: 'ERROR' } },
      },
      'data-source-failing',
      'Grafana’s data source Pyroscope fails: connection refused.',
    ],
    [
      'whose data source is silent',
      { ...allowed, [SOURCE]: 'away' },
      'data-source-failing',
      'Grafana’s data source Pyroscope fails: no answer.',
    ],
    [
      'whose role may not ask for the health of data sources',
      { ...allowed, [SOURCE]: { status: 403 } },
      'ready',
      '',
    ],
    ['that is stopped', GRAFANA_AWAY, 'away', 'Grafana at /grafana is away (status 502).'],
    [
      'whose connection breaks',
      { ...allowed, [HEALTH]: 'away' },
      'away',
      'Grafana at /grafana does not answer.',
    ],
    [
      'that is still starting',
      { ...allowed, [HEALTH]: { status: 503, body: { apiserver: 'not ready' } } },
      'away',
      'Grafana at /grafana is away (status 503).',
    ],
    [
      'that does not deliver its dashboard',
      { ...allowed, [DASHBOARD]: { status: 500 } },
      'away',
      'Grafana at /grafana does not deliver its dashboard.',
    ],
    [
      'that hides the dashboard from this account',
      { ...allowed, [DASHBOARD]: { status: 403 } },
      'no-access',
      'Grafana does not let this account see the dashboard HSI Profiling.',
    ],
    [
      'whose session is about to be renewed, which the frame does',
      {
        ...allowed,
        ...Object.fromEntries(
          [LOGIN, DASHBOARD, SOURCE].map((path) => [
            path,
            { status: 401, body: { messageId: 'session.token.rotate', message: 'Unauthorized' } },
          ]),
        ),
      },
      'ready',
      '',
    ],
    [
      'behind a proxy that redirects to its own login',
      { [HEALTH]: { status: 302 }, [LOGIN]: { status: 302 }, [DASHBOARD]: { status: 302 } },
      'login-required',
      'Grafana asks to sign in.',
    ],
    [
      'in whose place a host answers every path with its own page',
      { [HEALTH]: html, [LOGIN]: html, [DASHBOARD]: html, [SOURCE]: html },
      'away',
      'What answers at /grafana is not Grafana.',
    ],
    [
      'that the gateway knows nothing of',
      { [HEALTH]: { status: 503, body: { code: 'grafana_not_configured', message: '...' } } },
      'not-configured',
      'Grafana is not set up.',
    ],
  ])('%s', async (_, answers, kind, sentence) => {
    expect(await statusOf(answers)).toMatchObject({ kind, sentence });
  });

  it('allows the frame only when the dashboard will work', async () => {
    expect(isFramable(await statusOf(allowed))).toBe(true);
    expect(isFramable(await statusOf(GRAFANA_AWAY))).toBe(false);
  });

  it('names a way out of everything but the good case', async () => {
    const bad = [
      GRAFANA_AWAY,
      grafana('anonymous Viewer, embedding refused'),
      grafana('login required, embedding allowed'),
      { ...allowed, [DASHBOARD]: { status: 404 } },
      { ...allowed, [DASHBOARD]: { status: 403 } },
      { ...allowed, [SOURCE]: { status: 404 } },
      { ...allowed, [SOURCE]: { status: 400 } },
    ];
    const ways = await Promise.all(bad.map(async (answers) => (await statusOf(answers)).wayOut));
    for (const way of ways) expect(way?.text).toMatch(/\w/);
  });
});

describe('a Grafana on another origin', () => {
  const base = 'https://grafana.example';
  const answers = Object.fromEntries(
    Object.entries(allowed).map(([path, answer]) => [path.replace('/grafana', base), answer]),
  );

  /** A server that allows no other origin to read: only an opaque answer comes through. */
  const withoutCors: typeof fetch = async (_, init) => {
    if (init?.mode !== 'no-cors') throw new TypeError('Failed to fetch');
    return Response.error();
  };

  it('cannot be known when its answers may not be read', async () => {
    vi.stubGlobal('fetch', withoutCors);
    const probed = await probeGrafana(base, ['health', 'login']);
    const status = decideGrafana({
      base,
      pageOrigin: window.location.origin,
      configured: true,
      answers: probed,
    });
    expect(status.kind).toBe('cannot-know');
    expect(status.sentence).toContain('(https://grafana.example)');
    expect(isFramable(status)).toBe(true);
  });

  it('cannot be known when the host’s own policy forbids the probe', async () => {
    vi.stubGlobal('fetch', async () => {
      const event = new Event('securitypolicyviolation');
      document.dispatchEvent(Object.assign(event, { effectiveDirective: 'connect-src' }));
      throw new TypeError('Failed to fetch');
    });
    expect(await probeGrafana(base, ['health'])).toEqual({ health: { kind: 'unreadable' } });
  });

  it('is away when nothing answers at all', async () => {
    expect(await statusOf({ [`${base}/api/health`]: 'away' }, base)).toMatchObject({
      kind: 'away',
    });
  });

  it('is decided as any other when its proxy lets the page read', async () => {
    expect(await statusOf(answers, base)).toMatchObject({ kind: 'ready' });
  });
});

it('is not probed when the configuration says that there is none', () => {
  const status = decideGrafana({
    base: '/grafana',
    pageOrigin: 'http://127.0.0.1:8080',
    configured: false,
    answers: {},
  });
  expect(status).toEqual({
    kind: 'not-configured',
    sentence: 'Grafana is not set up.',
    wayOut: { text: 'How to set it up', href: '/grafana/' },
  });
});
