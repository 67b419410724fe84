import { startStrictPyroscope, type StrictPyroscope } from '../doubles/pyroscope.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { expect, test, totals } from '../support/test.ts';

const SERVICES = ['nemotron-backend', 'rt-detr', 'nemotron', 'florence'];

test.describe('on a hosted Pyroscope with its limits, credentials and a tenant', () => {
  let pyroscope: StrictPyroscope;
  let stack: Stack;

  test.beforeAll(async () => {
    const profiles = process.env.E2E_PROFILES_URL ?? '';
    pyroscope = await startStrictPyroscope({
      profiles,
      authorization: `Basic ${Buffer.from('reader:secret').toString('base64')}`,
      tenant: 'home',
    });
    stack = await startStack({
      flags: ['--no-demo'],
      env: {
        PYROSCOPE_UPSTREAM: pyroscope.url,
        PYROSCOPE_INGEST_URL: profiles,
        PYROSCOPE_TENANT: 'home',
        UPSTREAM_PYROSCOPE_AUTH: 'basic reader:secret',
      },
    });
  });
  test.afterAll(async () => {
    await stack?.stop();
    await pyroscope?.close();
  });
  test.afterEach(() => {
    expect(pyroscope.complaints, 'queries that a real Pyroscope would not have answered').toEqual(
      [],
    );
  });

  test('the page shows the same services, models and types', async ({ page }) => {
    await page.goto(`${stack.url}/pyroscope`);
    const badge = page.getByTestId('view-badge');
    await expect(badge).toHaveAttribute('data-rung', '2');
    await expect(badge).toContainText('Native view of Pyroscope');
    for (const service of SERVICES) {
      await expect(page.getByTestId(`flamegraph-${service}`)).toHaveAttribute(
        'data-total',
        /[1-9]/u,
      );
    }
    await expect(page.getByTestId('profile-timeline').locator('canvas').first()).toBeVisible();
    await page.goto(`${stack.url}/pyroscope?service=nemotron-backend&type=memory`);
    await expect(page.getByTestId('flamegraph-nemotron-backend')).toHaveAttribute(
      'data-total',
      /[1-9]/u,
    );
    await page.goto(`${stack.url}/pyroscope?service=nemotron-backend&from=now-24h`);
    const models = page.locator('[data-testid^="flamegraph-model-"]');
    await expect(models.first()).toHaveAttribute('data-total', /[1-9]/u);
    expect(Object.keys(await totals(page)).length).toBeGreaterThan(1);
  });

  test('a filter has suggestions, and a span that nobody knows is nobody else’s graph', async ({
    page,
  }) => {
    await page.goto(`${stack.url}/pyroscope`);
    await expect(page.getByTestId('flamegraph-florence')).toHaveAttribute('data-total', /[1-9]/u);
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await expect(page.locator('datalist option[value="model"]')).toHaveCount(1);
    await page.goto(`${stack.url}/pyroscope?service=rt-detr&spanId=00f067aa0ba902b7`);
    await expect(page.getByTestId('span-panel')).toContainText('No samples of this span');
  });

  test('a range beyond its limit is refused, and the page says what to do', async ({ page }) => {
    await page.goto(`${stack.url}/pyroscope?from=now-7d`);
    await expect(page.getByTestId('flamegraph-rt-detr')).toContainText(
      /refuses a range this long.*max_query_length/u,
    );
  });
});
