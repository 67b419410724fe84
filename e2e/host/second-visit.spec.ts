import { type Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

/** Paths of the scripts that the page had from the browser's cache of kept files. */
async function keptScripts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    (
      performance.getEntriesByType('resource') as (PerformanceResourceTiming & {
        readonly workerFinalSourceType?: string;
      })[]
    )
      .filter(({ workerFinalSourceType }) => workerFinalSourceType === 'cache')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js')),
  );
}

const graphs = (page: Page) =>
  expect(page.getByTestId('flamegraph-rt-detr')).toHaveAttribute('data-total', /^[1-9]/);

const filesAreKept = (page: Page) =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration('/pyroscope');
        return registration?.active?.state;
      }),
    )
    .toBe('activated');

test.describe('a second visit', () => {
  test('has its scripts from the browser, compiled', async ({ page, origin, reports }) => {
    await page.goto(`${origin}/pyroscope`);
    await graphs(page);
    expect(await keptScripts(page)).toEqual([]);
    await filesAreKept(page);

    await page.reload();
    await graphs(page);
    const second = await keptScripts(page);
    for (const name of ['main', 'profiling', 'remoteEntry', 'mount', 'ahead']) {
      expect(second, name).toContainEqual(expect.stringMatching(`/${name}\\.[0-9a-f]+\\.js$`));
    }
    expect(reports).toEqual([]);
  });

  test('begins anew when what was kept does not fit', async ({ page, origin }) => {
    await page.goto(`${origin}/pyroscope`);
    await graphs(page);
    await filesAreKept(page);
    await page.evaluate(async () => {
      const cache = await caches.open('hsi-kept-files');
      const entry = (await cache.keys()).find(({ url }) => url.includes('/remoteEntry.'));
      if (entry === undefined) throw new Error('The entry of the remote was not kept.');
      await cache.put(
        entry,
        new Response('damaged', { headers: { 'content-type': 'text/javascript' } }),
      );
    });

    await page.reload();
    await expect(page.getByTestId('remote-failure')).toBeVisible();
    await page.getByRole('button', { name: 'Retry' }).click();
    await graphs(page);
  });
});
