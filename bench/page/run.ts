// Opens the page cold and warm in a real browser, until four service flame graphs are painted.
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { requireBrowser } from '../../tools/browser.mjs';
import { startStack, until } from '../../e2e/support/stack.ts';
import { budgetsOf, median, report } from '../support/report.ts';

const RUNS = Number(process.env.BENCH_RUNS ?? 7);
const TAB_RESTS_MS = 400;

/** Marks the frame after the one in which four graphs have data. A text, as no bundler may touch it. */
const MARK_WHEN_PAINTED = `{
  const check = () => {
    const graphs = document.querySelectorAll('[data-testid^="flamegraph-"][data-total]');
    const painted = [...graphs].filter(
      (graph) => Number(graph.dataset.total) > 0 && graph.querySelector('canvas'),
    );
    requestAnimationFrame(painted.length < 4 ? check : () => performance.mark('four-painted'));
  };
  requestAnimationFrame(check);
}`;

interface Transfers {
  readonly bytes: number;
  readonly requests: number;
}

const stack = await startStack();
const address = `${stack.url}/pyroscope`;
try {
  const browser = await chromium.launch({
    executablePath: await requireBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const warmUp = await browser.newContext();
  await until('four painted flame graphs', async () => (await visit(warmUp)) < 5_000);
  await warmUp.close();

  const times = { cold: [] as number[], reload: [] as number[], newTab: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext();
    const tab = await openTab(context);
    times.cold.push(await timed(tab, () => tab.goto(address)));
    times.reload.push(await timed(tab, () => tab.reload()));
    await tab.close();
    times.newTab.push(await visit(context));
    await context.close();
  }
  // On visits of their own: whoever listens to every request takes a tenth of a second of them.
  const context = await browser.newContext();
  const cold = await transfers(context);
  const warm = await transfers(context);
  await browser.close();

  const bars = budgetsOf('page');
  report('page', [
    { name: 'cold ms', value: median(times.cold), bar: bars['cold ms'], unit: 'ms' },
    { name: 'cold bytes', value: cold.bytes, bar: bars['cold bytes'], unit: 'B' },
    { name: 'cold requests', value: cold.requests, bar: bars['cold requests'], unit: '' },
    { name: 'warm ms', value: median(times.reload), bar: bars['warm ms'], unit: 'ms' },
    { name: 'warm ms, new tab', value: median(times.newTab), bar: bars['warm ms'], unit: 'ms' },
    { name: 'warm bytes', value: warm.bytes, unit: 'B' },
    { name: 'warm requests', value: warm.requests, unit: '' },
  ]);
} finally {
  await stack.stop();
}

/** A tab that is open for a moment, as a person's is: making one takes the browser 0.1 s of both cores. */
async function openTab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript({ content: MARK_WHEN_PAINTED });
  await new Promise((resolve) => setTimeout(resolve, TAB_RESTS_MS));
  return page;
}

/**
 * Milliseconds from navigation until four graphs have data and a frame has passed. They are asked for
 * when the page is quiet: whoever asks earlier has the browser compile a script of theirs meanwhile.
 */
async function timed(page: Page, navigate: () => Promise<unknown>): Promise<number> {
  await navigate();
  await page.waitForLoadState('networkidle');
  const painted = await page.waitForFunction(
    () => performance.getEntriesByName('four-painted')[0]?.startTime,
    undefined,
    { timeout: 30_000 },
  );
  // What the page keeps for the next visit, it keeps when it is quiet.
  await new Promise((resolve) => setTimeout(resolve, TAB_RESTS_MS));
  return (await painted.jsonValue()) ?? Number.NaN;
}

async function visit(context: BrowserContext): Promise<number> {
  const page = await openTab(context);
  const ms = await timed(page, () => page.goto(address));
  await page.close();
  return ms;
}

async function transfers(context: BrowserContext): Promise<Transfers> {
  const page = await openTab(context);
  const counted = await countTransfers(page);
  await timed(page, () => page.goto(address));
  await page.close();
  return counted;
}

async function countTransfers(page: Page): Promise<Transfers> {
  const counts = { bytes: 0, requests: 0 };
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', () => counts.requests++);
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    counts.bytes += encodedDataLength;
  });
  session.on('Network.requestServedFromCache', () => counts.requests--);
  session.on('Network.responseReceived', ({ response }) => {
    if (response.fromDiskCache) counts.requests--;
  });
  return counts;
}
