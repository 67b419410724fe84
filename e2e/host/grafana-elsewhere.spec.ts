import { startGrafanaDouble, type GrafanaDouble } from '../doubles/grafana.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { expect, test } from '../support/test.ts';

test.describe('a Grafana on another origin, which nobody may ask', () => {
  let grafana: GrafanaDouble;
  let stack: Stack;

  test.beforeAll(async () => {
    grafana = await startGrafanaDouble();
    stack = await startStack({
      flags: ['--no-demo'],
      env: {
        // Gets the host name that the page was opened with.
        GRAFANA_URL: `http://localhost:${grafana.port}/grafana`,
        PYROSCOPE_UPSTREAM: process.env.E2E_PROFILES_URL ?? '',
      },
    });
  });
  test.afterAll(async () => {
    await stack?.stop();
    await grafana?.close();
  });

  test('is framed, with the sentence that nobody can know, and the switch', async ({ page }) => {
    await page.goto(`${stack.url}/pyroscope?view=dashboard&service=rt-detr`);
    const badge = page.getByTestId('view-badge');
    await expect(badge).toContainText(`on another origin (http://127.0.0.1:${grafana.port})`);
    await expect(badge).toContainText('use the native view');
    const frame = page.frameLocator('[data-testid="pyroscope-iframe"]');
    await expect(frame.getByTestId('grafana-double-var-service')).toHaveText('rt-detr');

    await page.getByTestId('view-switch').click();
    await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /[1-9]/u);
    await page.getByTestId('view-switch').click();
    await expect(frame.getByTestId('grafana-double-var-service')).toHaveText('rt-detr');
  });

  test('that goes is noticed, and that comes back', async ({ page }) => {
    await page.goto(`${stack.url}/pyroscope?view=dashboard&service=florence`);
    await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
    grafana.set('away');
    await expect(page.getByTestId('view-badge')).toContainText('does not answer', {
      timeout: 20_000,
    });
    await expect(page.getByTestId('flamegraph-florence')).toBeVisible();
    grafana.set('anonymous embedding allowed');
    await expect(page.getByTestId('pyroscope-iframe')).toBeVisible({ timeout: 30_000 });
  });
});
