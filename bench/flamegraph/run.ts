// Lays out, paints and searches a flame graph of 50,000 nodes in a real browser.
import { type Browser, chromium } from '@playwright/test';
import { build } from 'esbuild';
import { join } from 'node:path';
import { requireBrowser } from '../../tools/browser.mjs';
import { budgetsOf, median, report } from '../support/report.ts';
import type * as inPage from './page.ts';
import type * as inPanel from './panel.ts';

const NODES = 50_000;
const ROUNDS = Number(process.env.BENCH_RUNS ?? 15);

const browser = await chromium.launch({
  executablePath: await requireBrowser(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await openWith(browser, 'page.ts');
  const measured = await page.evaluate(
    ([nodes, rounds]) =>
      (window as unknown as { bench: typeof inPage }).bench.measure(nodes, rounds, {
        width: 1280,
        height: 640,
        pixelRatio: 1,
      }),
    [NODES, ROUNDS] as const,
  );
  print({ ...measured, times: { ...measured.times, ...(await typed(browser)) } });
} finally {
  await browser.close();
}

/** An empty page with one of this folder's modules as `window.bench`. */
async function openWith(browser: Browser, module: string) {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, module)],
    bundle: true,
    format: 'iife',
    globalName: 'bench',
    conditions: ['source'],
    define: { 'process.env.NODE_ENV': '"production"' },
    jsx: 'automatic',
    target: 'es2023',
    minify: true,
    write: false,
  });
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.setContent('<!doctype html><title>bench</title>');
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  return page;
}

/** Letters typed into the panel's search, at the pace of a quick typist. */
async function typed(browser: Browser): Promise<Record<string, readonly number[]>> {
  const page = await openWith(browser, 'panel.ts');
  await page.evaluate(
    (nodes) => (window as unknown as { bench: typeof inPanel }).bench.show(nodes),
    NODES,
  );
  const field = page.getByRole('textbox', { name: 'Search functions' });
  await field.click();
  for (const words of ['dowork12 file7', 'package31 call', '/file[0-9]+.*work/']) {
    await field.fill('');
    await field.pressSequentially(words, { delay: 90 });
  }
  const times = await page.evaluate(() =>
    (window as unknown as { bench: typeof inPanel }).bench.keyToPaint.toSorted((a, b) => a - b),
  );
  const slow = times[Math.floor(times.length * 0.95)] ?? Number.NaN;
  return { 'letter to paint ms': times, 'letter to paint, slowest 5% ms': [slow] };
}

function print({ nodes, names, rows, times }: inPage.Measured): void {
  const bars = budgetsOf('flamegraph');
  report('flamegraph', [
    { name: 'nodes', value: nodes, unit: '' },
    { name: 'names', value: names, unit: '' },
    { name: 'rows', value: rows, unit: '' },
    ...Object.entries(times).map(([name, values]) => ({
      name,
      value: median(values),
      bar: bars[name],
      unit: 'ms',
    })),
  ]);
}
