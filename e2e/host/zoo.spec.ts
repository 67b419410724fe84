import AxeBuilder from '@axe-core/playwright';
import { type Page } from '@playwright/test';
import { startStack, type Stack } from '../support/stack.ts';
import { expect, test } from '../support/test.ts';

/** The OCR model works long enough to be sampled, and no answer of it is random. */
const MODEL = 'paddleocr';
/** Profiles are sent every 15 seconds or so. */
const SENT = { timeout: 60_000, intervals: [2_000] };

/** Without the demo, so that nobody else loads, runs or unloads a model. */
let stack: Stack;

test.describe.configure({ timeout: 120_000 });
test.beforeAll(async () => {
  stack = await startStack({ flags: ['--no-demo'] });
});
test.afterAll(() => stack?.stop());
test.afterEach(({ reports }) => {
  expect(reports).toEqual([]);
});

/** Runs the model on its sample and waits for the answer. */
async function runOnSample(page: Page) {
  await page.goto(`${stack.url}/ai`);
  await page.getByRole('button', { name: `Run ${MODEL}` }).click();
  const panel = page.getByRole('region', { name: `Run ${MODEL}` });
  await panel.getByRole('button', { name: 'Run on this image' }).click();
  const result = panel.getByTestId('run-result');
  await expect(result).toContainText('FRONT', { timeout: 30_000 });
  return { panel, result };
}

/** The root's total of a flame graph, once it is above 0; the page asks again when told to. */
async function expectSamples(page: Page, testId: string) {
  const graph = page.getByTestId(testId);
  await expect
    .poll(async () => {
      const [total] = await graph.evaluateAll((found) =>
        found.map((element) => Number(element.getAttribute('data-total'))),
      );
      if (!total) await page.getByTestId('pyroscope-refresh-button').click();
      return total ?? 0;
    }, SENT)
    .toBeGreaterThan(0);
}

test('a model that is loaded and run on /ai has its flame graph', async ({ page }) => {
  await page.goto(`${stack.url}/ai`);
  const row = page.getByTestId(`model-${MODEL}`);
  await expect(row).toHaveAttribute('data-state', 'unloaded');
  await row.getByRole('button', { name: `Load ${MODEL}` }).click();
  await expect(row).toHaveAttribute('data-state', 'loaded', { timeout: 30_000 });
  await expect(row.getByRole('status')).toContainText(/^Loaded in/);
  await expect(page.getByRole('meter')).toHaveAttribute('aria-valuetext', /^100 MB of/);
  const { result } = await runOnSample(page);
  await expect(result).toContainText(/Answered in [\d.]+ m?s/);
  await page.getByRole('link', { name: `Profile of ${MODEL}` }).click();
  await expect(page).toHaveURL(new RegExp(`/pyroscope\\?.*model=${MODEL}`));
  await expectSamples(page, `flamegraph-model-${MODEL}`);
});

test("an audit row leads to its span's flame graph", async ({ page }) => {
  await runOnSample(page);
  await page.getByRole('link', { name: 'AI Audit' }).click();
  await page.getByLabel('Model').selectOption(MODEL);
  await page.getByLabel('Action').selectOption('infer');
  await page.getByLabel('By').fill('browser');
  await page.getByLabel('By').press('Enter');
  await expect(page).toHaveURL(`${stack.url}/ai-audit?model=${MODEL}&action=infer&actor=browser`);
  const row = page.getByTestId('audit-entry').first();
  await expect(row).toHaveAttribute('data-model', MODEL);
  const span = (await row.getAttribute('data-span')) ?? '';
  await row.getByRole('link', { name: /^Profile/ }).click();
  await expect(page.getByTestId('span-panel')).toContainText(span);
  await expectSamples(page, 'flamegraph-span-nemotron-backend');
});

test('a span without samples says why it has none', async ({ page, request }) => {
  // Refused at once: too short for a sample.
  const { status } = await request
    .post(`${stack.url}/api/models/florence-2-large/load`, { headers: { origin: stack.url } })
    .then((answer) => ({ status: answer.status() }));
  expect(status).toBeGreaterThanOrEqual(400);
  await page.goto(`${stack.url}/ai-audit?model=florence-2-large&result=refused`);
  await page
    .getByTestId('audit-entry')
    .first()
    .getByRole('link', { name: /^Profile/ })
    .click();
  await expect(page.getByTestId('span-panel')).toContainText('No samples of this span.');
  await expect(page.getByTestId('span-panel')).toContainText(/less than the 10 ms/);
});

test('both pages keep what they show while nothing answers, and go on by themselves', async ({
  page,
}) => {
  for (const [path, kept] of [
    ['/ai', `[data-testid="model-${MODEL}"]:not([data-state="unknown"])`],
    ['/ai-audit', '[data-testid="audit-entry"]'],
  ] as const) {
    await page.goto(stack.url + path);
    await expect(page.locator(kept).first()).toBeVisible();
    await page.context().setOffline(true);
    await expect(page.getByTestId('page-problem')).toContainText('cannot be reached');
    await expect(page.locator(kept).first()).toBeVisible();
    await page.context().setOffline(false);
    await expect(page.getByTestId('page-problem')).toHaveCount(0);
  }
});

test('the pages of the zoo are usable on a phone and without a mouse', async ({ page }) => {
  for (const viewport of [
    { width: 1280, height: 720 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(viewport);
    await runOnSample(page);
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: `Run ${MODEL}` })).toBeFocused();
    await page.goto(`${stack.url}/ai-audit`);
    await expect(page.getByTestId('audit-entry').first()).toBeVisible();
    await expectAccessible(page);
  }
});

/** Nothing that axe finds, and nothing beyond the page's edge. */
async function expectAccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.target.join(' ')}`)).toEqual([]);
  const { needed, has } = await page
    .locator('main')
    .evaluate(({ scrollWidth, clientWidth }) => ({ needed: scrollWidth, has: clientWidth }));
  expect(needed).toBeLessThanOrEqual(has);
}
