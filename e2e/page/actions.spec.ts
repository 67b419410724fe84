import { expect, test } from '../support/test.ts';

test.describe('the four actions without Grafana', () => {
  test.beforeEach(async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope?service=rt-detr`);
    await expect(page.getByTestId('pyroscope-page')).toBeVisible();
  });

  test('"Open in Grafana" is disabled and says why', async ({ page }) => {
    const link = page.getByTestId('grafana-external-link');
    await expect(link).toHaveAttribute('aria-disabled', 'true');
    await expect(link).not.toHaveAttribute('href', /./);
    await expect(page.getByTestId('view-badge')).toContainText(/Grafana/);
  });

  test('"Explore" opens the native view with the selection', async ({ page, context }) => {
    const opened = context.waitForEvent('page');
    await page.getByTestId('explore-link').click();
    const explore = await opened;
    await expect(explore).toHaveURL(/\/pyroscope\?.*service=rt-detr/);
    await expect(explore.getByTestId('flamegraph-rt-detr')).toBeVisible();
  });

  test('"Open Pyroscope" opens the profile server', async ({ page, context, profileServer }) => {
    const link = page.getByTestId('pyroscope-external-link');
    await expect(link).toHaveAttribute('target', '_blank');
    await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
    const opened = context.waitForEvent('page');
    await link.click();
    const pyroscope = await opened;
    await expect(pyroscope).toHaveURL(`${profileServer}/`);
    await expect(pyroscope.locator('body')).toContainText('nemotron-backend');
  });
});

test.describe('the four actions with Grafana', () => {
  test.beforeEach(async ({ page, originWithGrafana }) => {
    await page.goto(`${originWithGrafana}/pyroscope?service=rt-detr&type=memory`);
    await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
  });

  test('the dashboard is framed, with the selection', async ({ page }) => {
    const frame = page.getByTestId('pyroscope-iframe');
    await expect(frame).toHaveAttribute('title', 'Profiling');
    const address = new URL((await frame.getAttribute('src')) ?? '', page.url());
    expect(address.pathname).toBe('/grafana/d/hsi-profiling/hsi-profiling');
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      theme: 'dark',
      refresh: '30s',
      'var-service': 'rt-detr',
    });
    expect(address.searchParams.get('kiosk')).toBe('1');
    await expect(page.getByTestId('view-badge')).toContainText('Grafana dashboard');
  });

  test('"Open in Grafana" and "Explore" lead there in a new tab', async ({ page }) => {
    const dashboard = page.getByTestId('grafana-external-link');
    await expect(dashboard).toHaveAttribute('href', /\/grafana\/d\/hsi-profiling\/hsi-profiling\?/);
    await expect(dashboard).toHaveAttribute('target', '_blank');
    const explore = page.getByTestId('explore-link');
    await expect(explore).toHaveAttribute('href', /\/grafana\/explore\?schemaVersion=1&panes=/);
    expect(decodeURIComponent((await explore.getAttribute('href')) ?? '')).toContain('rt-detr');
  });

  test('"Refresh" loads the dashboard again', async ({ page }) => {
    const refresh = page.getByTestId('pyroscope-refresh-button');
    await expect(refresh).toBeEnabled();
    const reloaded = page.waitForRequest(
      (request) => request.isNavigationRequest() && request.url().includes('/d/hsi-profiling'),
    );
    await refresh.click();
    await reloaded;
    await expect(refresh).toBeEnabled();
  });

  test('the switch leads to the native view and is remembered', async ({ page }) => {
    await page.getByTestId('view-switch').click();
    await expect(page.getByTestId('flamegraph-rt-detr')).toBeVisible();
    await expect(page).toHaveURL(/service=rt-detr/);
    await page.goto(new URL('/pyroscope', page.url()).href);
    await expect(page.getByTestId('profile-timeline')).toBeVisible();
    await page.getByTestId('view-switch').click();
    await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
  });
});
