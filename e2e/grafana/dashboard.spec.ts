import { selectionFromExploreUrl } from '@hsi/grafana-url';
import { SERVICES } from '@hsi/model-zoo-catalog';
import { MODELS } from './profiles.ts';
import { appears, expect, FramedDashboard, test, TOOLTIP_MS } from './support.ts';

test.beforeEach(async ({ page, world }) => {
  await page.goto(`${world.url}/pyroscope?view=dashboard`);
  await expect(page.getByTestId('view-badge')).toContainText('Grafana dashboard');
  await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
});

test('the frame draws the timeline and four flame graphs', async ({ page }) => {
  const dashboard = new FramedDashboard(page);
  await dashboard.expectDrawn('Profile Timeline: CPU');
  await dashboard.expectDrawn('Profile Timeline: Memory');
  for (const { displayName } of SERVICES) await dashboard.expectDrawn(`${displayName}: CPU`);
});

test('Backend has one flame graph per model that ran', async ({ page }) => {
  const dashboard = new FramedDashboard(page);
  await dashboard.expectDrawn('CPU by model in Backend');
  for (const model of MODELS) await dashboard.expectDrawn(`Model ${model}: CPU`);
});

test('RT-DETR, then Memory, then a model: every panel has data or a reason', async ({ page }) => {
  const dashboard = new FramedDashboard(page);
  const everyPanel = (
    when: string,
    service: string,
    type: string,
    models: readonly string[] = [],
  ) =>
    test.step(when, async () => {
      for (const title of [
        'Profile Timeline: CPU',
        'Profile Timeline: Memory',
        ...SERVICES.map(({ displayName }) => `${displayName}: ${type}`),
        `${service} in detail: ${type}`,
        `CPU by model in ${service}`,
        ...models.map((model) => `Model ${model}: CPU`),
      ]) {
        await dashboard.expectDataOrReason(title);
      }
      // The line above each graph has no title.
      for (const name of [...SERVICES.map(({ displayName }) => displayName), service]) {
        const mean = dashboard.frame.getByText(`${name}, mean of the range`);
        const reason = dashboard.frame.getByText(`No such profiles of ${name}`);
        await expect(mean.or(reason).first(), `the line above the graph of ${name}`).toBeVisible();
      }
      const errors = dashboard.frame.getByTestId('data-testid Panel status error');
      await expect(errors, 'panels with an error').toHaveCount(0);
    });

  await dashboard.choose('Service', 'RT-DETR');
  await expect(page).toHaveURL(/service=rt-detr/u);
  await everyPanel('with RT-DETR', 'RT-DETR', 'CPU');
  await expect(dashboard.panel('CPU by model in RT-DETR')).toContainText('Models run in Backend');
  await expect(dashboard.panel(`Model ${MODELS[0]}: CPU`)).toHaveCount(0);

  await dashboard.choose('Profile type', 'Memory');
  await expect(page).toHaveURL(/type=memory/u);
  await everyPanel('with RT-DETR and Memory', 'RT-DETR', 'Memory');

  await dashboard.choose('Service', 'Backend');
  await dashboard.choose('Model', MODELS[1]);
  await expect(page).toHaveURL(new RegExp(`model=${MODELS[1]}`, 'u'));
  await everyPanel('with Backend, Memory and a model', 'Backend', 'Memory', [MODELS[1]]);
  await dashboard.expectDrawn(`Model ${MODELS[1]}: CPU`);
});

test('a click on a point leads to that moment, and a link back', async ({ page }) => {
  const dashboard = new FramedDashboard(page);
  await dashboard.choose('Service', 'RT-DETR');
  await dashboard.expectDrawn('Profile Timeline: CPU');
  const plot = dashboard.panel('Profile Timeline: CPU').locator('canvas').first();
  const link = dashboard.frame.getByRole('link', { name: /Profiles of this moment/u });
  const box = await plot.boundingBox();
  if (!box) throw new Error('The timeline has no size.');
  // Points stand where there are profiles, so the pointer goes over the newest part of the plot.
  search: for (let x = 0.99; x > 0.85; x -= 0.01) {
    for (const y of [0.9, 0.75, 0.6, 0.45, 0.3, 0.15]) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
      await page.mouse.down();
      await page.mouse.up();
      if (await appears(link.first(), TOOLTIP_MS)) break search;
    }
  }
  await expect(link.first(), 'the link of a clicked point').toBeVisible();
  await link.first().click();
  await expect
    .poll(() => width(dashboard.address()), { message: 'the two minutes around the point' })
    .toBe(120_000);
  await expect(page, 'the page follows the frame').toHaveURL(/[?&]from=/u);
  await dashboard.expectDrawn('RT-DETR: CPU');

  await dashboard.frame.getByRole('link', { name: 'Last 1 h' }).first().click();
  await expect
    .poll(() => new URL(dashboard.address()).searchParams.get('from'), { message: 'the way back' })
    .toBe('now-1h');
  expect(dashboard.selection(), 'the service after the way there and back').toMatchObject({
    service: 'rt-detr',
  });
  await dashboard.expectDrawn('Profile Timeline: CPU');
});

test('Explore opens on the same selection, or the page says why not', async ({
  page,
  context,
  world,
}) => {
  await page.goto(`${world.url}/pyroscope?view=dashboard&service=nemotron&type=memory&from=now-6h`);
  const explore = page.getByTestId('explore-link');
  const expected = { service: 'nemotron', profileType: 'memory', from: 'now-6h', to: 'now' };
  await expect
    .poll(async () => selectionFromExploreUrl((await explore.getAttribute('href')) ?? ''), {
      message: 'the selection in the link to Explore',
    })
    .toEqual(expected);

  const probe = await fetch(`${world.url}/grafana/explore`, { redirect: 'manual' });
  if (probe.status !== 200) {
    await expect(explore).toHaveAttribute('title', /Editor/u);
    await explore.click();
    await expect(page.getByTestId('pyroscope-page')).toContainText(/Explore.*Editor/u);
    return;
  }
  const opened = context.waitForEvent('page');
  await explore.click();
  const tab = await opened;
  await expect(tab).toHaveURL(/\/explore\?/u);
  await expect
    .poll(() => selectionFromExploreUrl(tab.url())?.service, { message: 'the service in Explore' })
    .toBe('nemotron');
  expect(selectionFromExploreUrl(tab.url())?.profileType).toBe('memory');
});

test('Grafana goes: the page steps down with the selection; it comes back: up again', async ({
  page,
  world,
}) => {
  await page.goto(`${world.url}/pyroscope?view=dashboard&service=rt-detr&type=memory`);
  await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
  world.wire.cut();
  try {
    await expect(page.getByTestId('view-badge')).toContainText(/does not answer|is away/u, {
      timeout: 20_000,
    });
    await expect(page.getByTestId('profile-timeline')).toBeVisible();
    await expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /[1-9]/u);
    await expect(page).toHaveURL(/service=rt-detr/u);
    await expect(page).toHaveURL(/type=memory/u);
  } finally {
    world.wire.restore();
  }
  await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
  const dashboard = new FramedDashboard(page);
  await expect
    .poll(() => dashboard.selection(), { message: 'the selection in the frame' })
    .toMatchObject({ service: 'rt-detr', profileType: 'memory' });
});

/** Milliseconds between an address's from and to: ISO times, or digits. */
function width(address: string): number {
  const { searchParams } = new URL(address);
  const time = (name: string) => {
    const text = searchParams.get(name) ?? '';
    return /^\d+$/u.test(text) ? Number(text) : Date.parse(text);
  };
  return time('to') - time('from');
}
