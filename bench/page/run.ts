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

interface Visit {
  readonly ms: number;
  readonly bytes: number;
  readonly requests: number;
}

const stack = await startStack();
try {
  const browser = await chromium.launch({
    executablePath: await requireBrowser(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const warmUp = await browser.newContext();
  await until('four painted flame graphs', async () => (await visit(warmUp, stack.url)).ms < 5_000);
  await warmUp.close();

  const cold: Visit[] = [];
  const warm: Visit[] = [];
  for (let run = 0; run < RUNS; run++) {
    const context = await browser.newContext();
    cold.push(await visit(context, stack.url));
    warm.push(await visit(context, stack.url));
    await context.close();
  }
  await browser.close();

  const bars = budgetsOf('page');
  const of = (visits: Visit[], key: keyof Visit) => median(visits.map((each) => each[key]));
  report('page', [
    { name: 'cold ms', value: of(cold, 'ms'), bar: bars['cold ms'], unit: 'ms' },
    { name: 'cold bytes', value: of(cold, 'bytes'), bar: bars['cold bytes'], unit: 'B' },
    { name: 'cold requests', value: of(cold, 'requests'), bar: bars['cold requests'], unit: '' },
    { name: 'warm ms', value: of(warm, 'ms'), bar: bars['warm ms'], unit: 'ms' },
    { name: 'warm bytes', value: of(warm, 'bytes'), unit: 'B' },
    { name: 'warm requests', value: of(warm, 'requests'), unit: '' },
  ]);
} finally {
  await stack.stop();
}

/**
 * Time from navigation until four graphs have data and a frame has passed; what was transferred. The
 * tab is open before, as a person's is: making one takes the browser 0.1 s of both cores.
 */
async function visit(context: BrowserContext, origin: string): Promise<Visit> {
  const page = await context.newPage();
  const transferred = await countTransfers(page);
  await page.addInitScript({ content: MARK_WHEN_PAINTED });
  await new Promise((resolve) => setTimeout(resolve, TAB_RESTS_MS));
  await page.goto(`${origin}/pyroscope`);
  const ms = await page
    .waitForFunction(() => performance.getEntriesByName('four-painted')[0]?.startTime, undefined, {
      timeout: 30_000,
    })
    .then((handle) => handle.jsonValue());
  await page.waitForLoadState('networkidle');
  await page.close();
  return { ms: ms ?? Number.NaN, ...transferred };
}

async function countTransfers(page: Page): Promise<{ bytes: number; requests: number }> {
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
