/** One measured figure beside its target, and beside a real Pyroscope's where there is one. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly target: string;
  readonly isMet: boolean;
  /** The same measured at `BENCH_PYROSCOPE_URL`. */
  pyroscope?: number;
}

const COLUMNS = { what: 62, value: 18, pyroscope: 18 };

/** What was measured, printed as it comes and kept for the report. */
export class Figures {
  readonly rows: Figure[] = [];

  constructor(private readonly isSideBySide: boolean) {
    this.line('', 'ours', 'Pyroscope', 'target');
  }

  atMost(what: string, value: number, unit: string, most: number, pyroscope?: number): void {
    this.add({ what, value, unit, target: `<= ${most} ${unit}`, isMet: value <= most }, pyroscope);
  }

  atLeast(what: string, value: number, unit: string, least: number, pyroscope?: number): void {
    this.add(
      { what, value, unit, target: `>= ${least} ${unit}`, isMet: value >= least },
      pyroscope,
    );
  }

  get missed(): string[] {
    return this.rows.filter(({ isMet }) => !isMet).map(({ what }) => what.trim());
  }

  private add(figure: Figure, pyroscope: number | undefined): void {
    if (pyroscope !== undefined) figure.pyroscope = pyroscope;
    this.rows.push(figure);
    const { what, value, unit, target, isMet } = figure;
    const theirs = pyroscope === undefined ? '-' : `${pyroscope.toFixed(1)} ${unit}`;
    this.line(what, `${value.toFixed(1)} ${unit}`, theirs, isMet ? target : `${target}  MISSED`);
  }

  private line(what: string, ours: string, theirs: string, target: string): void {
    const beside = this.isSideBySide ? theirs.padStart(COLUMNS.pyroscope) : '';
    console.log(`${what.padEnd(COLUMNS.what)}${ours.padStart(COLUMNS.value)}${beside}   ${target}`);
  }
}
