import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, FakeServers, grafana } from '../testing/fake-servers.ts';
import { fakeAbortTimeouts } from '../testing/page-on-servers.tsx';
import { mayExplore, probeGrafana } from './probe.ts';

const viewer = grafana('anonymous Viewer, embedding allowed');
const serve = (answers: Readonly<Record<string, Answer>>) => {
  const servers = new FakeServers(answers);
  vi.stubGlobal('fetch', servers.fetch);
  return servers;
};

beforeEach(fakeAbortTimeouts);
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a probe', () => {
  it('keeps status, framing headers and what the decision needs of the body', async () => {
    serve(grafana('anonymous Viewer, embedding refused'));
    expect(await probeGrafana('/grafana', ['health'])).toEqual({
      health: {
        kind: 'answered',
        status: 200,
        xFrameOptions: 'deny',
        contentSecurityPolicy: undefined,
        body: { database: 'ok', version: '12.3.3' },
      },
    });
  });

  it('ends after its limit when nothing answers', async () => {
    vi.useFakeTimers();
    serve({ '/grafana/api/health': 'silent' });
    const probed = probeGrafana('/grafana', ['health']);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(await probed).toEqual({ health: { kind: 'failed', reason: 'time' } });
  });

  it('survives a body that is not what its type says', async () => {
    serve({ '/grafana/api/health': { status: 200, body: 'not json' } });
    const { health } = await probeGrafana('/grafana', ['health']);
    expect(health).toMatchObject({ kind: 'answered', body: {} });
  });
});

describe('the way to Explore', () => {
  it('is closed to a Viewer, whom Grafana redirects', async () => {
    serve(viewer);
    expect(await mayExplore('/grafana')).toBe(false);
  });

  it('is open to an Editor', async () => {
    serve({
      ...viewer,
      '/grafana/explore': { status: 200, headers: { 'content-type': 'text/html' } },
    });
    expect(await mayExplore('/grafana')).toBe(true);
  });

  it('is not known while a session is about to be renewed, which redirects from every page', async () => {
    serve({ ...viewer, '/grafana/api/login/ping': { status: 401, body: {} } });
    expect(await mayExplore('/grafana')).toBe(null);
  });

  it('is not known on another origin, or while Grafana is away', async () => {
    const servers = serve({ '/grafana/explore': 'away' });
    expect(await mayExplore('https://grafana.example')).toBe(null);
    expect(servers.requests).toEqual([]);
    expect(await mayExplore('/grafana')).toBe(null);
  });
});
