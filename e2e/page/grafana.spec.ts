import type { Frame, Page } from '@playwright/test';
import { controlGrafanaDouble, type GrafanaSetting } from '../doubles/grafana.ts';
import { expect, test } from '../support/test.ts';

// What only a Grafana that can be told how to behave shows; a real one has its own suite.
test.skip(process.env.E2E_GRAFANA_DOUBLE_URL === undefined, 'runs with the Grafana double only');

const double = controlGrafanaDouble(process.env.E2E_GRAFANA_DOUBLE_URL ?? 'http://127.0.0.1:1');

test.afterEach(async () => {
  await double.set('anonymous embedding allowed');
  await double.setRole('Viewer');
});

/** The dashboard's page inside the frame. */
async function dashboard(page: Page): Promise<Frame> {
  await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
  const inside = page.frameLocator('[data-testid="pyroscope-iframe"]');
  await expect(inside.getByTestId('grafana-double-timezone')).toBeVisible();
  const frame = page.frames().find((each) => each.url().includes('/d/hsi-profiling'));
  if (!frame) throw new Error('The dashboard is not framed.');
  return frame;
}

/** What a person does in Grafana: parameters of its address change, nothing is loaded. */
async function choose(page: Page, change: Record<string, string>): Promise<void> {
  const frame = await dashboard(page);
  await frame.evaluate((parameters) => {
    const { grafanaDouble } = window as unknown as {
      grafanaDouble: { choose(change: Record<string, string>): void };
    };
    grafanaDouble.choose(parameters);
  }, change);
}

test.describe('why the dashboard is not shown', () => {
  const states: [GrafanaSetting, RegExp, RegExp][] = [
    ['embedding refused', /refuses to be shown inside another page/u, /allow_embedding = true/u],
    ['login required', /asks to sign in/u, /Sign in to Grafana/u],
    ['dashboard missing', /has no dashboard HSI Profiling/u, /hsi-profiling\.json/u],
    ['data source missing', /has no data source with the uid pyroscope/u, /Add Pyroscope/u],
    ['away', /does not answer|is away/u, /comes back by itself/u],
  ];
  for (const [setting, sentence, wayOut] of states) {
    test(`${setting}: a sentence and a way out`, async ({ page, originWithGrafana }) => {
      await double.set(setting);
      await page.goto(`${originWithGrafana}/pyroscope?service=rt-detr`);
      const badge = page.getByTestId('view-badge');
      await expect(badge).toContainText(sentence);
      await expect(badge).toContainText(wayOut);
      await expect(page.getByTestId('flamegraph-rt-detr')).toBeVisible();
      await expect(page.getByTestId('pyroscope-iframe')).toHaveCount(0);
    });
  }
});

test('no Grafana at all: a sentence, and the way to set one up', async ({ page, origin }) => {
  await page.goto(`${origin}/pyroscope?view=dashboard`);
  await expect(page.getByTestId('view-badge')).toContainText('Grafana is not set up.');
  await expect(page.getByTestId('grafana-setting-link')).toHaveText('How to set it up');
  await expect(page.getByTestId('flamegraph-rt-detr')).toBeVisible();
});

test('what is chosen inside the frame is kept: in the address, in Explore, in the native view', async ({
  page,
  originWithGrafana,
}) => {
  await page.goto(`${originWithGrafana}/pyroscope?view=dashboard`);
  await dashboard(page);
  await double.forget();
  await choose(page, {
    'var-service': 'florence',
    'var-profile_type': 'memory:inuse_space:bytes:space:bytes',
    from: 'now-6h',
  });
  await expect(page).toHaveURL(/service=florence/u);
  await expect(page).toHaveURL(/type=memory/u);
  await expect(page).toHaveURL(/from=now-6h/u);
  const explore = (await page.getByTestId('explore-link').getAttribute('href')) ?? '';
  expect(decodeURIComponent(explore)).toContain('florence');
  expect((await double.read()).loads, 'loads of the dashboard since then').toBe(0);

  await page.getByTestId('view-switch').click();
  await expect(page.getByTestId('flamegraph-florence')).toBeVisible();
  await expect(page).toHaveURL(/service=florence/u);
});

test('Back takes a choice inside the frame back, and the page follows', async ({
  page,
  originWithGrafana,
}) => {
  await page.goto(`${originWithGrafana}/pyroscope?view=dashboard`);
  await choose(page, { 'var-service': 'florence' });
  await expect(page).toHaveURL(/service=florence/u);
  await page.goBack();
  const frame = page.frameLocator('[data-testid="pyroscope-iframe"]');
  await expect(frame.getByTestId('grafana-double-var-service')).toHaveText('nemotron-backend');
  await expect(page).not.toHaveURL(/service=florence/u);
  await page.goForward();
  await expect(page).toHaveURL(/service=florence/u);
});

test("the page's selection reaches the frame without a new load", async ({
  page,
  originWithGrafana,
}) => {
  await page.goto(`${originWithGrafana}/pyroscope?view=dashboard&service=nemotron`);
  await dashboard(page);
  await double.forget();
  // As the host's router goes to another address of the page: by a link, by Back.
  await page.evaluate(() => {
    const { state } = window.history as { state: unknown };
    window.history.pushState(state, '', '/pyroscope?view=dashboard&service=rt-detr&from=now-6h');
    window.dispatchEvent(new PopStateEvent('popstate', { state }));
  });
  const frame = page.frameLocator('[data-testid="pyroscope-iframe"]');
  await expect(frame.getByTestId('grafana-double-var-service')).toHaveText('rt-detr');
  await expect(frame.getByTestId('grafana-double-from')).toHaveText('now-6h');
  expect((await double.read()).loads).toBe(0);
});

test('Grafana goes while framed: the page steps down, keeps the selection, and comes back', async ({
  page,
  originWithGrafana,
}) => {
  await page.goto(`${originWithGrafana}/pyroscope?view=dashboard`);
  await choose(page, { 'var-service': 'rt-detr' });
  await expect(page).toHaveURL(/service=rt-detr/u);
  await double.set('away');
  // 15 s is the promise; the rest is this machine's.
  await expect(page.getByTestId('view-badge')).toContainText(/does not answer|is away/u, {
    timeout: 20_000,
  });
  await expect(page.getByTestId('flamegraph-rt-detr')).toBeVisible();
  await double.set('anonymous embedding allowed');
  await expect(page.getByTestId('pyroscope-iframe')).toBeVisible({ timeout: 30_000 });
  const frame = page.frameLocator('[data-testid="pyroscope-iframe"]');
  await expect(frame.getByTestId('grafana-double-var-service')).toHaveText('rt-detr');
});

test.describe('Explore', () => {
  test('says what Grafana would do to a Viewer', async ({ page, originWithGrafana }) => {
    await page.goto(`${originWithGrafana}/pyroscope?view=dashboard`);
    await dashboard(page);
    await expect(page.getByTestId('explore-link')).toHaveAttribute('title', /Editor/u);
    await page.getByTestId('explore-link').click();
    await expect(page.getByTestId('pyroscope-page')).toContainText(
      'Explore needs the role Editor in Grafana',
    );
  });

  test('opens for an Editor with the selection', async ({ page, context, originWithGrafana }) => {
    await double.setRole('Editor');
    await page.goto(`${originWithGrafana}/pyroscope?view=dashboard&service=florence&type=memory`);
    await dashboard(page);
    const opened = context.waitForEvent('page');
    await page.getByTestId('explore-link').click();
    const explore = await opened;
    await expect(explore.getByTestId('grafana-double-panes')).toContainText('florence');
    await expect(explore.getByTestId('grafana-double-panes')).toContainText('memory:inuse_space');
  });
});
