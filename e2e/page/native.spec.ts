import { expect, test, totals } from '../support/test.ts';

const SERVICES = ['nemotron-backend', 'rt-detr', 'nemotron', 'florence'];

test.describe('the native view', () => {
  test.beforeEach(async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope`);
  });

  test.afterEach(({ reports }) => {
    expect(reports).toEqual([]);
  });

  test('shows a timeline and four flame graphs of what really ran', async ({ page }) => {
    await expect(page.getByRole('heading', { name: 'Profiling', level: 1 })).toBeVisible();
    await expect(page.getByTestId('profile-timeline')).toBeVisible();
    for (const service of SERVICES) {
      const graph = page.getByTestId(`flamegraph-${service}`);
      await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
    }
    await expect(page.getByTestId('view-badge')).toContainText('Native view');
  });

  test('has memory beside CPU, and says that it is an average', async ({ page }) => {
    await page.getByLabel('Profile type').selectOption('memory');
    await expect(page).toHaveURL(/[?&]type=memory/);
    await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);
    await expect(page.getByText(/average of \d+ snapshot/i).first()).toBeVisible();
  });

  test('shows one graph per model for Backend and none for RT-DETR', async ({ page }) => {
    const models = page.locator('[data-testid^="flamegraph-model-"]');
    await page.getByLabel('Service', { exact: true }).selectOption({ label: 'Backend' });
    await expect(page).toHaveURL(/service=nemotron-backend/);
    await expect(models.first()).toBeVisible();
    await expect
      .poll(async () =>
        Object.entries(await totals(page)).some(
          ([id, total]) => id.startsWith('flamegraph-model-') && total > 0,
        ),
      )
      .toBe(true);
    await page.getByLabel('Service', { exact: true }).selectOption({ label: 'RT-DETR' });
    await expect(page.getByTestId('flamegraph-rt-detr')).toBeVisible();
    await expect(models).toHaveCount(0);
  });

  test('keeps the selection in the address, through reload and back', async ({ page }) => {
    await page.getByLabel('Service', { exact: true }).selectOption({ label: 'Florence' });
    await expect(page).toHaveURL(/service=florence/);
    await page.reload();
    await expect(page.getByLabel('Service', { exact: true })).toHaveValue('florence');
    await page.goBack();
    await expect(page.getByLabel('Service', { exact: true })).toHaveValue('');
  });

  test('zooms the timeline by dragging, and back', async ({ page }) => {
    const plot = page.getByTestId('profile-timeline').locator('.u-over');
    await expect(plot).toBeVisible();
    const box = (await plot.boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.5, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, y, { steps: 8 });
    await page.mouse.up();
    await expect(page).toHaveURL(/from=\d{13}/);
    await page.getByRole('button', { name: /^Back to/ }).click();
    await expect(page).not.toHaveURL(/from=\d{13}/);
  });

  test('zooms by keys; the browser leads back, and the way back goes with it', async ({ page }) => {
    const moment = page.getByRole('slider', { name: /timeline/ });
    const back = page.getByRole('button', { name: /^Back to/ });
    await moment.press('End');
    await moment.press('Shift+ArrowLeft');
    await expect(moment).toHaveAttribute('aria-valuetext', /^Selected/);
    await moment.press('Enter');
    await expect(page).toHaveURL(/from=\d{13}/);
    await expect(back).toBeVisible();
    await page.goBack();
    await expect(page).not.toHaveURL(/from=/);
    await expect(back).toHaveCount(0);
  });

  test('draws one service by any of its labels, also from a link', async ({ page }) => {
    await page.getByLabel('Service', { exact: true }).selectOption({ label: 'Florence' });
    const timeline = page.getByTestId('profile-timeline');
    const lines = timeline.getByLabel('Lines of the timeline');
    await lines.focus();
    await expect(lines.getByRole('option', { name: 'By environment' })).toBeAttached();
    await lines.selectOption('environment');
    await expect(page).toHaveURL(/[?&]by=environment/);
    await page.reload();
    await expect(timeline.getByRole('button', { name: 'e2e', exact: true })).toBeVisible();
  });

  test('searches, and focuses a frame by click', async ({ page }) => {
    await page.getByLabel('Service', { exact: true }).selectOption({ label: 'Nemotron' });
    const graph = page.getByTestId('flamegraph-nemotron');
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
    const search = page.getByLabel('Search functions').first();
    await search.fill('node');
    await expect(page).toHaveURL(/[?&]q=node/);
    await expect(page.getByText(/of total/).first()).toBeVisible();
    const canvas = graph.locator('canvas').first();
    const box = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: box.width / 3, y: 30 } });
    await expect(page).toHaveURL(/[?&]focus=/);
  });

  test('says that demo services run and what they take', async ({ page }) => {
    await expect(page.getByText(/Demo:.*of one core/)).toBeVisible();
  });

  test('refreshes: the icon spins and new data arrives', async ({ page, profileServer }) => {
    const refresh = page.getByTestId('pyroscope-refresh-button');
    const graph = page.getByTestId('flamegraph-rt-detr');
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
    const before = Number(await graph.getAttribute('data-total'));
    const stored = () => storedCpu(profileServer, 'rt-detr');
    const atFirst = await stored();
    await expect.poll(stored, { timeout: 40_000 }).toBeGreaterThan(atFirst);
    await page.route('**/SelectMergeStacktraces', async (route) => {
      await expect(refresh).toBeDisabled();
      await route.continue();
    });
    await refresh.click();
    await expect
      .poll(async () => Number(await graph.getAttribute('data-total')))
      .toBeGreaterThan(before);
    await expect(refresh).toBeEnabled();
    await page.unroute('**/SelectMergeStacktraces');
  });
});

/** The CPU time of the last hour that the profile server has stored. */
async function storedCpu(profileServer: string, service: string): Promise<number> {
  const now = Date.now();
  const url = `${profileServer}/querier.v1.QuerierService/SelectMergeStacktraces`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      profileTypeID: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
      labelSelector: `{service_name="${service}"}`,
      start: now - 3_600_000,
      end: now,
      maxNodes: 16,
    }),
  });
  const { flamegraph } = (await response.json()) as { flamegraph?: { total?: string } };
  return Number(flamegraph?.total ?? 0);
}
