/** Upper bounds of the durations' buckets, seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Histogram {
  readonly counts: number[];
  sum: number;
  count: number;
}

type Labels = Readonly<Record<string, string>>;

/** What the server counts, written in Prometheus' text format. */
export class Metrics {
  private readonly help = new Map<string, { type: string; text: string }>();
  private readonly counters = new Map<string, Map<string, number>>();
  private readonly histograms = new Map<string, Map<string, Histogram>>();

  describe(name: string, type: 'counter' | 'gauge' | 'histogram', text: string): void {
    this.help.set(name, { type, text });
  }

  /** Adds to a counter. */
  add(name: string, labels: Labels = {}, amount = 1): void {
    const series = this.counters.get(name) ?? new Map<string, number>();
    this.counters.set(name, series);
    const key = format(labels);
    series.set(key, (series.get(key) ?? 0) + amount);
  }

  set(name: string, value: number, labels: Labels = {}): void {
    const series = this.counters.get(name) ?? new Map<string, number>();
    this.counters.set(name, series);
    series.set(format(labels), value);
  }

  /** Takes one duration into a histogram. */
  observe(name: string, seconds: number, labels: Labels = {}): void {
    const series = this.histograms.get(name) ?? new Map<string, Histogram>();
    this.histograms.set(name, series);
    const key = format(labels);
    const histogram = series.get(key) ?? { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    series.set(key, histogram);
    for (const [index, bound] of BUCKETS.entries()) {
      if (seconds <= bound) histogram.counts[index]!++;
    }
    histogram.sum += seconds;
    histogram.count++;
  }

  text(): string {
    const lines: string[] = [];
    for (const [name, { type, text }] of this.help) {
      lines.push(`# HELP ${name} ${text}`, `# TYPE ${name} ${type}`);
      for (const [labels, value] of this.counters.get(name) ?? []) {
        lines.push(`${name}${braces(labels)} ${value}`);
      }
      for (const [labels, histogram] of this.histograms.get(name) ?? []) {
        const prefix = labels === '' ? '' : `${labels},`;
        for (const [index, bound] of BUCKETS.entries()) {
          lines.push(`${name}_bucket{${prefix}le="${bound}"} ${histogram.counts[index]}`);
        }
        lines.push(
          `${name}_bucket{${prefix}le="+Inf"} ${histogram.count}`,
          `${name}_sum${braces(labels)} ${histogram.sum}`,
          `${name}_count${braces(labels)} ${histogram.count}`,
        );
      }
    }
    return `${lines.join('\n')}\n`;
  }
}

function format(labels: Labels): string {
  return Object.entries(labels)
    .map(
      ([name, value]) =>
        `${name}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
    )
    .join(',');
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
