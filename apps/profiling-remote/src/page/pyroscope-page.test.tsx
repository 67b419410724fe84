import { screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import {
  type Answer,
  backend,
  BACKEND_DOWN,
  FakeServers,
  grafana,
  GRAFANA_AWAY,
} from '../testing/fake-servers.ts';
import { FakeDashboard, openPage } from '../testing/page-on-servers.tsx';

// Loaded before the clock stands still.
import '../profiles/profiles-view.tsx';

vi.mock('../profiles/profiles-view.tsx', async () => {
  const { useQuery } = await import('@tanstack/react-query');
  const { useRefreshCount } = await import('./page-services.tsx');
  /** Stands for the native view: it asks the profile server once and again at each Refresh. */
  const ProfilesView = () => {
    const refreshCount = useRefreshCount();
    const { data } = useQuery({
      queryKey: ['answer', refreshCount],
      queryFn: async () => (await fetch('/profiles/answer')).status,
    });
    if (window.location.search.includes('q=throw')) throw new Error('The view is broken.');
    return <p data-testid="native-view">{data}</p>;
  };
  return { ProfilesView };
});

const PROFILES: Readonly<Record<string, Answer>> = { '/profiles/answer': { status: 200 } };
const VIEWER = grafana('anonymous Viewer, embedding allowed');
const EDITOR = { ...VIEWER, '/grafana/explore': { status: 200 } };
const withGrafana = (...parts: Readonly<Record<string, Answer>>[]) =>
  new FakeServers(PROFILES, backend(), EDITOR, ...parts);
const withoutGrafana = (config = {}) =>
  new FakeServers(PROFILES, backend({ grafana_configured: false, ...config }));

const badge = () => screen.getByTestId('view-badge');
const frame = () => screen.getByTestId('pyroscope-iframe');
const link = (testId: string) => screen.getByTestId(testId);

describe('while the configuration is fetched', () => {
  it('shows a skeleton, and nothing else', async () => {
    await openPage(new FakeServers({ '/api/config': 'silent' }));
    expect(screen.getByTestId('pyroscope-loading')).toBeVisible();
    expect(screen.queryByTestId('pyroscope-page')).not.toBeInTheDocument();
  });

  it('gives up after five seconds', async () => {
    const page = await openPage(new FakeServers(PROFILES, EDITOR, { '/api/config': 'silent' }));
    await page.wait(5_000);
    expect(screen.getByTestId('pyroscope-error')).toBeVisible();
    expect(screen.getByTestId('pyroscope-page')).toBeVisible();
  });

  it('keeps the page as it is while it asks again', async () => {
    const page = await openPage(new FakeServers(PROFILES, EDITOR, { '/api/config': 'silent' }));
    await page.wait(5_000);
    const shown = screen.getByTestId('pyroscope-page');
    await page.wait(6_000);
    expect(screen.getByTestId('pyroscope-page')).toBe(shown);
    expect(screen.getByTestId('pyroscope-error')).toBeVisible();
  });
});

describe('when the configuration cannot be fetched', () => {
  it('says so, uses the default address of Grafana, and recovers by itself', async () => {
    const servers = withGrafana(BACKEND_DOWN);
    const page = await openPage(servers);
    expect(screen.getByTestId('pyroscope-error')).toHaveTextContent(
      'Failed to load configuration. Using default Grafana URL.',
    );
    expect(frame()).toHaveAttribute('src', expect.stringMatching(/^\/grafana\/d\/hsi-profiling/));

    servers.set(backend({ pyroscope_url: 'https://pyroscope.example' }));
    await page.wait(5_000);
    expect(screen.queryByTestId('pyroscope-error')).not.toBeInTheDocument();
    expect(link('pyroscope-external-link')).toHaveAttribute('href', 'https://pyroscope.example');
  });

  it('also when what answers is no configuration', async () => {
    await openPage(withGrafana({ '/api/config': { status: 200, body: { url: 1 } } }));
    expect(screen.getByTestId('pyroscope-error')).toBeVisible();
  });
});

describe('without Grafana', () => {
  it('shows the native view without asking Grafana anything', async () => {
    const servers = withoutGrafana();
    const page = await openPage(servers);
    await page.wait(50);
    expect(screen.getByTestId('native-view')).toHaveTextContent('200');
    expect(badge()).toHaveTextContent('Native view of the embedded profile server');
    expect(badge()).toHaveTextContent('Grafana is not set up.');
    expect(badge()).toHaveAttribute('data-rung', '3');
    expect(servers.requests.filter((path) => path.startsWith('/grafana'))).toEqual([]);
  });

  it('keeps three actions useful and says why the fourth is not', async () => {
    await openPage(withoutGrafana({ pyroscope_url: 'http://localhost:4040/' }), '?service=rt-detr');
    expect(link('grafana-external-link')).toHaveAttribute('aria-disabled', 'true');
    expect(link('grafana-external-link')).not.toHaveAttribute('href');
    expect(link('grafana-external-link')).toHaveAccessibleDescription('Grafana is not set up.');
    expect(link('grafana-setting-link')).toHaveAttribute('href', '/grafana/');
    expect(link('explore-link')).toHaveAttribute(
      'href',
      '/pyroscope?view=profiles&service=rt-detr&v=1',
    );
    expect(link('pyroscope-external-link')).toHaveAttribute(
      'href',
      `http://${window.location.hostname}:4040`,
    );
    expect(screen.getByTestId('view-switch')).toBeDisabled();
  });

  it('names a real Pyroscope, and the demo', async () => {
    const demo = { services: ['rt-detr', 'nemotron'], cpu_share: 0.25 };
    await openPage(withoutGrafana({ profiles_source: 'external', demo }));
    expect(badge()).toHaveAttribute('data-rung', '2');
    expect(screen.getByTestId('demo-note')).toHaveTextContent(
      /rt-detr, nemotron .* 25% of one core/,
    );
  });

  it('repeats the queries at Refresh, and is busy meanwhile', async () => {
    const servers = withoutGrafana();
    const page = await openPage(servers);
    const button = screen.getByTestId('pyroscope-refresh-button');
    servers.set({ '/profiles/answer': { status: 503 } });
    await page.click('pyroscope-refresh-button');
    expect(button).toBeDisabled();
    expect(button.querySelector('svg')).toHaveClass('pf:animate-spin');
    await page.wait(500);
    expect(button).toBeEnabled();
    expect(button.querySelector('svg')).not.toHaveClass('pf:animate-spin');
    expect(screen.getByTestId('native-view')).toHaveTextContent('503');
  });

  it('notices at Refresh that Grafana has been set up', async () => {
    const servers = withoutGrafana();
    const page = await openPage(servers);
    servers.set(backend({ grafana_configured: true }), EDITOR);
    await page.click('pyroscope-refresh-button');
    await page.wait(1_000);
    expect(frame()).toBeVisible();
  });

  it('keeps the header when the view breaks', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const page = await openPage(withoutGrafana(), '?q=throw');
    expect(screen.getByTestId('view-error')).toHaveTextContent('The view is broken.');
    expect(link('explore-link')).toBeVisible();
    window.history.replaceState(null, '', '/pyroscope');
    screen.getByText('Try again').click();
    await page.wait(20);
    expect(screen.getByTestId('native-view')).toBeVisible();
  });
});

describe('with a Grafana that can be framed', () => {
  it('shows its dashboard with the selection of the address', async () => {
    await openPage(withGrafana(), '?service=rt-detr&type=memory&from=now-6h');
    const src = new URL(frame().getAttribute('src') ?? '', 'http://page');
    expect(src.pathname).toBe('/grafana/d/hsi-profiling/hsi-profiling');
    expect(Object.fromEntries(src.searchParams)).toEqual({
      orgId: '1',
      kiosk: '1',
      theme: 'dark',
      refresh: '30s',
      hideLogo: '1',
      'var-service': 'rt-detr',
      'var-profile_type': 'memory:inuse_space:bytes:space:bytes',
      from: 'now-6h',
    });
    expect(frame()).toHaveAttribute('title', 'Profiling');
    expect(badge()).toHaveAttribute('data-rung', '1');
    expect(screen.queryByTestId('native-view')).not.toBeInTheDocument();
  });

  it('links to Grafana with the same selection, each in a new tab', async () => {
    await openPage(withGrafana());
    expect(link('grafana-external-link')).toHaveAttribute(
      'href',
      '/grafana/d/hsi-profiling/hsi-profiling?orgId=1&theme=dark',
    );
    expect(link('explore-link').getAttribute('href')).toMatch(
      /^\/grafana\/explore\?schemaVersion=1&panes=/,
    );
    for (const id of ['grafana-external-link', 'explore-link', 'pyroscope-external-link']) {
      expect(link(id)).toHaveAttribute('target', '_blank');
      expect(link(id)).toHaveAttribute('rel', 'noopener noreferrer');
    }
  });

  it('switches to the native view and back, and remembers it', async () => {
    const page = await openPage(withGrafana());
    await page.click('view-switch');
    expect(screen.getByTestId('native-view')).toBeVisible();
    expect(badge()).toHaveTextContent('You chose the native view.');
    expect(window.location.search).toBe('?view=profiles&v=1');
    page.unmount();

    const again = await openPage(withGrafana());
    expect(screen.getByTestId('native-view')).toBeVisible();
    await again.click('view-switch');
    expect(frame()).toBeVisible();
  });

  it('follows the address even when another view is remembered', async () => {
    window.localStorage.setItem('hsi-profiling.view', 'profiles');
    await openPage(withGrafana(), '?view=dashboard');
    expect(frame()).toBeVisible();
  });

  it('shows natively what the dashboard cannot: a span, a filter', async () => {
    const page = await openPage(withGrafana(), '?spanId=00f067aa0ba902b7');
    expect(screen.getByTestId('native-view')).toBeVisible();
    expect(badge()).toHaveTextContent('Grafana’s dashboard cannot show one span.');
    await page.click('view-switch');
    expect(frame()).toBeVisible();
    expect(badge()).toHaveTextContent('Grafana’s dashboard cannot show one span.');
  });

  it('works where the browser keeps nothing', async () => {
    vi.spyOn(Storage.prototype, 'getItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    const page = await openPage(withGrafana());
    await page.click('view-switch');
    expect(screen.getByTestId('native-view')).toBeVisible();
  });

  it('loads the dashboard anew at Refresh, with what is chosen in it', async () => {
    const page = await openPage(withGrafana());
    const before = frame();
    const dashboard = new FakeDashboard(before);
    dashboard.set({ 'var-service': 'florence' });
    await page.wait(500);
    await page.click('pyroscope-refresh-button');
    expect(frame()).not.toBe(before);
    expect(frame().getAttribute('src')).toContain('var-service=florence');
    await page.wait(1_000);
    expect(screen.getByTestId('pyroscope-refresh-button')).toBeDisabled();
    new FakeDashboard(frame());
    await page.wait(20);
    expect(screen.getByTestId('pyroscope-refresh-button')).toBeEnabled();
  });
});

describe('the selection and the frame', () => {
  it('keeps what the person chooses inside the frame', async () => {
    const page = await openPage(withGrafana());
    const dashboard = new FakeDashboard(frame());
    dashboard.set({ 'var-service': 'nemotron-backend', from: 'now-1h', to: 'now' });
    await page.wait(500);
    expect(window.location.search).toBe('');

    dashboard.set({
      'var-service': 'rt-detr',
      'var-profile_type': 'memory:inuse_space:bytes:space:bytes',
    });
    await page.wait(500);
    expect(window.location.search).toBe('?service=rt-detr&type=memory&v=1');
    expect(link('grafana-external-link').getAttribute('href')).toContain('var-service=rt-detr');
    expect(dashboard.moves).toEqual([]);
  });

  it('takes a last choice along when the view is switched at once', async () => {
    const page = await openPage(withGrafana());
    new FakeDashboard(frame()).set({ 'var-model': 'clip-vit-l' });
    await page.click('view-switch');
    expect(window.location.search).toBe('?view=profiles&model=clip-vit-l&v=1');
  });

  it('brings the frame to a new selection of the page without loading it anew', async () => {
    const page = await openPage(withGrafana(), '?service=rt-detr');
    const before = frame();
    const dashboard = new FakeDashboard(before);
    window.history.replaceState(null, '', '/pyroscope?service=florence&from=now-6h');
    window.dispatchEvent(new PopStateEvent('popstate'));
    await page.wait(1_000);
    expect(frame()).toBe(before);
    expect(dashboard.moves).toHaveLength(1);
    expect(dashboard.get('var-service')).toBe('florence');
    expect(dashboard.get('from')).toBe('now-6h');
    expect(window.location.search).toBe('?service=florence&from=now-6h');
  });

  it('loads the frame anew when it cannot be reached', async () => {
    const page = await openPage(withGrafana(), '?service=rt-detr');
    const before = frame();
    window.history.replaceState(null, '', '/pyroscope?service=florence');
    window.dispatchEvent(new PopStateEvent('popstate'));
    await page.wait(1_000);
    expect(frame()).not.toBe(before);
    expect(frame().getAttribute('src')).toContain('var-service=florence');
  });

  it('looks again when the frame has left the dashboard', async () => {
    const servers = withGrafana();
    const page = await openPage(servers);
    const dashboard = new FakeDashboard(frame());
    servers.set(grafana('login required, embedding allowed'));
    dashboard.goTo('/grafana/login');
    dashboard.load();
    await page.wait(1_500);
    expect(badge()).toHaveTextContent('Grafana asks to sign in.');
  });
});

describe('when Grafana goes and comes', () => {
  it('steps down within 15 s and up again, and keeps the selection', async () => {
    const servers = withGrafana();
    const page = await openPage(servers, '?service=rt-detr');
    expect(frame()).toBeVisible();
    servers.set(GRAFANA_AWAY);
    await page.wait(15_000);
    expect(screen.getByTestId('native-view')).toBeVisible();
    expect(badge()).toHaveTextContent('Grafana at /grafana is away (status 502).');
    expect(link('grafana-external-link')).toHaveAttribute('aria-disabled', 'true');
    expect(link('explore-link').getAttribute('href')).toContain('view=profiles&service=rt-detr');

    servers.set(EDITOR);
    await page.wait(10_000);
    expect(frame().getAttribute('src')).toContain('var-service=rt-detr');
    expect(window.location.search).toBe('?service=rt-detr');
  });

  it('steps down within 15 s also when Grafana hangs', async () => {
    const servers = withGrafana();
    const page = await openPage(servers);
    servers.set(Object.fromEntries(Object.keys(EDITOR).map((path) => [path, 'silent'])));
    await page.wait(15_000);
    expect(badge()).toHaveTextContent('takes too long to answer');
  });

  it('is not disturbed by one bad answer', async () => {
    const servers = withGrafana();
    const page = await openPage(servers);
    const before = frame();
    servers.set({ '/grafana/api/health': 'away' });
    await page.wait(5_000);
    servers.set(EDITOR);
    await page.wait(15_000);
    expect(frame()).toBe(before);
  });

  it('notices a lost dashboard within a minute', async () => {
    const servers = withGrafana();
    const page = await openPage(servers);
    servers.set({ '/grafana/api/dashboards/uid/hsi-profiling': { status: 404 } });
    await page.wait(70_000);
    expect(badge()).toHaveTextContent('Grafana has no dashboard HSI Profiling');
  });

  it('shows the native view meanwhile when Grafana is slow at first', async () => {
    const page = await openPage(withGrafana({ '/grafana/api/health': 'silent' }));
    expect(badge()).toHaveTextContent('Looking for Grafana.');
    expect(screen.queryByTestId('native-view')).not.toBeInTheDocument();
    await page.wait(1_000);
    expect(screen.getByTestId('native-view')).toBeVisible();
    await page.wait(2_000);
    expect(badge()).toHaveTextContent('Grafana at /grafana takes too long to answer.');
  });
});

describe('with a Grafana on another origin, whose answers may not be read', () => {
  const base = 'https://grafana.example';
  const config = backend({ grafana_url: base });
  /** Answers nothing readable, as a browser without CORS, as long as it is there. */
  function otherOrigin() {
    const servers = new FakeServers(PROFILES, config);
    const grafanaIs = { there: true };
    const fetchOwn = servers.fetch;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (!String(input).startsWith(base)) return fetchOwn(input, init);
      if (!grafanaIs.there || init?.mode !== 'no-cors') throw new TypeError('Failed to fetch');
      return Response.error();
    };
    return { servers: Object.assign(servers, { fetch }), grafanaIs };
  }

  it('shows the frame, says that it cannot know, and offers the switch', async () => {
    const page = await openPage(otherOrigin().servers);
    expect(frame().getAttribute('src')).toMatch(/^https:\/\/grafana\.example\/d\//);
    expect(badge()).toHaveTextContent(
      'Grafana is on another origin (https://grafana.example), so the page cannot tell',
    );
    await page.click('view-switch');
    expect(screen.getByTestId('native-view')).toBeVisible();
  });

  it('steps down within 15 s when nothing answers there any more', async () => {
    const { servers, grafanaIs } = otherOrigin();
    const page = await openPage(servers);
    await page.wait(10_000);
    grafanaIs.there = false;
    await page.wait(15_000);
    expect(badge()).toHaveTextContent('Grafana at https://grafana.example does not answer.');
  });

  it('steps down when the host’s own policy forbids the frame', async () => {
    const page = await openPage(otherOrigin().servers);
    const violation = { effectiveDirective: 'frame-src', blockedURI: base };
    document.dispatchEvent(Object.assign(new Event('securitypolicyviolation'), violation));
    await page.wait(0);
    expect(screen.getByTestId('native-view')).toBeVisible();
    expect(badge()).toHaveTextContent('Add https://grafana.example to its frame-src');
  });
});

describe('Explore for a Viewer, whom Grafana sends to its home page', () => {
  it('says so and offers other ways', async () => {
    const page = await openPage(withGrafana(VIEWER), '?service=rt-detr');
    expect(link('explore-link')).toHaveAccessibleDescription(/needs the role Editor/);
    await page.click('explore-link');
    const notice = screen.getByTestId('explore-notice');
    expect(notice).toHaveTextContent('Grafana would send you to its home page');
    const ways = within(notice).getAllByRole('link');
    expect(ways.map((way) => [way.textContent, way.getAttribute('href')])).toEqual([
      ['Explore in the native view', '/pyroscope?view=profiles&service=rt-detr&v=1'],
      ['Sign in to Grafana', '/grafana/login'],
      ['Open Grafana anyway', link('explore-link').getAttribute('href')],
    ]);
    within(notice).getByText('Dismiss').click();
    await page.wait(20);
    expect(screen.queryByTestId('explore-notice')).not.toBeInTheDocument();
  });
});

describe('what the address or the configuration gets wrong', () => {
  it('is said and can be put away', async () => {
    const page = await openPage(withoutGrafana(), '?type=disk&from=yesterday');
    const notices = screen.getByTestId('page-notices');
    expect(within(notices).getAllByRole('listitem')).toHaveLength(2);
    within(notices).getByRole('button').click();
    await page.wait(20);
    expect(screen.queryByTestId('page-notices')).not.toBeInTheDocument();
  });

  it('includes an address of Grafana that is refused', async () => {
    await openPage(withGrafana(backend({ grafana_url: 'javascript:alert(1)' })));
    expect(screen.getByTestId('page-notices')).toHaveTextContent('using /grafana instead');
    expect(frame().getAttribute('src')).toMatch(/^\/grafana\//);
  });
});
