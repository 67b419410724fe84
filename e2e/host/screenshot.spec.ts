import { join } from 'node:path';
import { expect, test } from '../support/test.ts';

/** The README's picture: `UPDATE_SCREENSHOT=1 npm run e2e -- host/screenshot.spec.ts` renews it. */
test('the page makes the picture of the README', async ({ page, origin }, info) => {
  await page.setViewportSize({ width: 1440, height: 960 });
  await page.goto(`${origin}/pyroscope?from=now-5m&to=now`);
  for (const service of ['nemotron-backend', 'rt-detr', 'nemotron', 'florence']) {
    const graph = page.getByTestId(`flamegraph-${service}`);
    await expect(graph).toHaveAttribute('data-total', /^[1-9]/);
    await expect(graph.locator('canvas').first()).toBeVisible();
  }
  const path = process.env.UPDATE_SCREENSHOT
    ? join(import.meta.dirname, '../../docs/images/page.png')
    : info.outputPath('page.png');
  const picture = await page.screenshot({ path });
  expect(picture.byteLength).toBeGreaterThan(20_000);
});
