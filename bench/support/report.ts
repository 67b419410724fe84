import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One measured figure beside its bar. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** What `value` may be at most (or at least, where `atLeast` is set). */
  readonly bar?: number | undefined;
  readonly atLeast?: boolean | undefined;
  readonly unit: string;
}

const BENCH = join(import.meta.dirname, '..');

/** The budgets of one benchmark: figure -> bar. */
export function budgetsOf(benchmark: string): Record<string, number> {
  const all = JSON.parse(readFileSync(join(BENCH, 'budgets.json'), 'utf8')) as Record<
    string,
    Record<string, number>
  >;
  return all[benchmark] ?? {};
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Prints a table with the bar beside each figure, and writes `results/<benchmark>.json`. */
export function report(benchmark: string, figures: readonly Figure[]): void {
  const width = Math.max(...figures.map(({ name }) => name.length));
  console.log(`\n${benchmark}`);
  for (const { name, value, bar, atLeast, unit } of figures) {
    const met = bar === undefined || (atLeast ? value >= bar : value <= bar);
    const beside =
      bar === undefined
        ? ''
        : `  bar ${atLeast ? '>=' : '<='} ${bar} ${unit}${met ? '' : '  MISSED'}`;
    console.log(`  ${name.padEnd(width)}  ${Number(value.toFixed(2))} ${unit}${beside}`);
  }
  const folder = join(BENCH, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${benchmark}.json`),
    `${JSON.stringify({ benchmark, at: new Date().toISOString(), figures }, null, 2)}\n`,
  );
}
