import { expect, test } from '../support/test.ts';

test.describe('bad input', () => {
  test('an unknown service is said, with a way out', async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope?service=no-such-service`);
    await expect(
      page
        .getByText(/no-such-service/)
        .filter({ visible: true })
        .first(),
    ).toBeVisible();
    await expect(page.getByTestId('pyroscope-page')).toBeVisible();
    await page.getByRole('button', { name: /all services/i }).click();
    await expect(page.getByTestId('flamegraph-rt-detr')).toBeVisible();
  });

  test('values that do not fit are replaced, and the page says so', async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope?from=yesterday&view=nonsense&type=%3Cscript%3E`);
    const notices = page.getByTestId('page-notices');
    await expect(notices).toContainText('from');
    await expect(notices).toContainText('view');
    await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);
  });

  test('a profile that is no pprof is refused with code and sentence', async ({
    profileServer,
  }) => {
    const url = `${profileServer}/ingest?name=bad&format=pprof&from=1&until=2`;
    const response = await fetch(url, { method: 'POST', body: 'this is not pprof' });
    expect(response.status).toBe(400);
    const problem = (await response.json()) as { code: string; message: string };
    expect(problem.code).toBe('invalid_argument');
    expect(problem.message.length).toBeGreaterThan(20);
  });
});

test.describe('bad days', () => {
  test('no configuration: the banner, and the default address of Grafana', async ({
    page,
    origin,
  }) => {
    await page.route('**/api/config', (route) => route.fulfill({ status: 500, body: 'broken' }));
    await page.goto(`${origin}/pyroscope`);
    await expect(page.getByTestId('pyroscope-error')).toHaveText(
      'Failed to load configuration. Using default Grafana URL.',
    );
    await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);
    await page.unroute('**/api/config');
    await expect(page.getByTestId('pyroscope-error')).toBeHidden({ timeout: 30_000 });
  });

  test('the skeleton stands while the configuration is fetched', async ({ page, origin }) => {
    let answer = () => {};
    const held = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/api/config', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${origin}/pyroscope`);
    await expect(page.getByTestId('pyroscope-loading')).toBeVisible();
    answer();
    await expect(page.getByTestId('pyroscope-page')).toBeVisible();
    await expect(page.getByTestId('pyroscope-loading')).toBeHidden();
  });

  test('profiles that cannot be read: what was there stays, and comes alive again', async ({
    page,
    origin,
  }) => {
    await page.goto(`${origin}/pyroscope`);
    const graph = page.getByTestId('flamegraph-rt-detr');
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
    const before = await graph.getAttribute('data-total');
    await page.route('**/profiles/**', (route) =>
      route.fulfill({
        status: 502,
        contentType: 'application/json',
        body: JSON.stringify({
          code: 'unavailable',
          message: 'The profile server does not answer.',
        }),
      }),
    );
    await page.getByTestId('pyroscope-refresh-button').click();
    await expect(page.getByRole('alert').first()).toContainText(/not|could/i);
    await expect(graph).toHaveAttribute('data-total', before ?? '');
    await page.unroute('**/profiles/**');
    await expect(page.getByRole('alert')).toHaveCount(0, { timeout: 45_000 });
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
  });
});
