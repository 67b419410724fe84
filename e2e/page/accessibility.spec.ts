import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

/** What axe finds, as `rule: selector`. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page }).exclude('iframe').analyze();
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

test.describe('axe finds nothing', () => {
  for (const [what, search] of [
    ['all services', ''],
    ['one service with its models', '?service=nemotron-backend'],
    ['memory', '?service=rt-detr&type=memory'],
    ['an unknown service', '?service=no-such-service'],
  ] as const) {
    test(`on the native view: ${what}`, async ({ page, origin }) => {
      await page.goto(`${origin}/pyroscope${search}`);
      const settled = search.includes('no-such')
        ? page.getByRole('button', { name: 'Show all services' })
        : page.locator('[data-testid^="flamegraph-"] canvas').first();
      await expect(settled).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  }

  test('with the range and a filter being chosen', async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope?service=rt-detr&filter=environment|=|e2e`);
    await expect(page.getByTestId('flamegraph-rt-detr').locator('canvas').first()).toBeVisible();
    await page.getByRole('button', { name: 'Choose two times' }).click();
    await page.getByLabel('Or the last').fill('0');
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await page.getByRole('button', { name: 'Apply' }).last().click();
    await expect(page.getByText('Name a label.')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });

  test('on a range that is over and empty', async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope?from=1000000000000&to=1000003600000`);
    await expect(page.getByRole('button', { name: 'Look at the last hour' })).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });

  test('around the dashboard', async ({ page, originWithGrafana }) => {
    await page.goto(`${originWithGrafana}/pyroscope`);
    await expect(page.getByTestId('pyroscope-iframe')).toBeVisible();
    expect(await violations(page)).toEqual([]);
  });
});

test('find, focus, sandwich and copy by keyboard alone', async ({ page, context, origin }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${origin}/pyroscope?service=rt-detr`);
  const graph = page.getByTestId('flamegraph-rt-detr');
  await expect(graph).toHaveAttribute('data-total', /^[1-9]/);

  const search = graph.getByLabel('Search functions');
  for (let tabs = 0; tabs < 60; tabs++) {
    if (await search.evaluate((field) => field === document.activeElement)) break;
    await page.keyboard.press('Tab');
  }
  await expect(search).toBeFocused();
  await page.keyboard.type('detectObjects');
  await expect(page).toHaveURL(/q=detectObjects/);
  await expect(graph.getByText(/of total/).first()).toBeVisible();

  const tree = graph.getByRole('tree');
  for (let tabs = 0; tabs < 30; tabs++) {
    if (await tree.evaluate((element) => element.contains(document.activeElement))) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('n');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/focus=/);
  await page.keyboard.press('c');
  await expect
    .poll(() => page.evaluate(() => navigator.clipboard.readText()))
    .toContain('detectObjects');
  await page.keyboard.press('s');
  await expect(graph.getByText(/sandwich|callers/i).first()).toBeVisible();
});
