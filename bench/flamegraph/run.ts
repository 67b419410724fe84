// Lays out and paints a flame graph of 50,000 nodes in a real browser.
import { chromium } from '@playwright/test';
import { build } from 'esbuild';
import { join } from 'node:path';
import { requireBrowser } from '../../tools/browser.mjs';
import { budgetsOf, median, report } from '../support/report.ts';
import type * as inPage from './page.ts';

const NODES = 50_000;
const ROUNDS = Number(process.env.BENCH_RUNS ?? 15);

const bundle = await build({
  entryPoints: [join(import.meta.dirname, 'page.ts')],
  bundle: true,
  format: 'iife',
  globalName: 'bench',
  conditions: ['source'],
  target: 'es2023',
  minify: true,
  write: false,
});
const browser = await chromium.launch({
  executablePath: await requireBrowser(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.setContent('<!doctype html><title>bench</title>');
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  const measured = await page.evaluate(
    ([nodes, rounds]) =>
      (window as unknown as { bench: typeof inPage }).bench.measure(nodes, rounds, {
        width: 1280,
        height: 640,
        pixelRatio: 1,
      }),
    [NODES, ROUNDS] as const,
  );
  print(measured);
} finally {
  await browser.close();
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
