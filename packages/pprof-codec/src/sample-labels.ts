import { type LabelSet } from '@hsi/profile-model';

/** Sample labels that name the span a sample belongs to; they never make series of their own. */
const SPAN_LABELS = ['span_id', 'profile_id'];
const SPAN_ID = /^[0-9a-f]{16}$/i;

/** Divides the labels of samples into label sets and spans, each kept once. */
export class SampleLabels {
  readonly sets: LabelSet[] = [{}];
  readonly spans: string[] = [];
  /** The span of the sample that was read last; -1 for none. */
  span = -1;
  private readonly pairs: number[] = [];
  private readonly setIndex = new Map<string, number>([['', 0]]);
  private readonly spanIndex = new Map<string, number>();

  constructor(private readonly strings: readonly string[]) {}

  begin(): void {
    this.pairs.length = 0;
    this.span = -1;
  }

  /** Takes one label; gives how many the sample has. Labels with a number are no series labels. */
  add(key: number, text: number): number {
    this.pairs.push(key, text);
    return this.pairs.length / 2;
  }

  /** The index of the sample's label set. */
  end(): number {
    if (this.pairs.length === 0) return 0;
    const key = this.pairs.join(',');
    const found = this.setIndex.get(key);
    const span = this.findSpan();
    if (span !== undefined) this.span = this.internSpan(span);
    if (found !== undefined) return found;
    const index = this.internSet();
    this.setIndex.set(key, index);
    return index;
  }

  private findSpan(): string | undefined {
    for (let at = 0; at < this.pairs.length; at += 2) {
      const value = this.strings[this.pairs[at + 1]!]!;
      if (SPAN_LABELS.includes(this.strings[this.pairs[at]!]!) && SPAN_ID.test(value)) {
        return value.toLowerCase();
      }
    }
    return undefined;
  }

  private internSpan(span: string): number {
    const found = this.spanIndex.get(span);
    if (found !== undefined) return found;
    const made = this.spans.push(span) - 1;
    this.spanIndex.set(span, made);
    return made;
  }

  private internSet(): number {
    const pairs: [string, string][] = [];
    for (let at = 0; at < this.pairs.length; at += 2) {
      const name = this.strings[this.pairs[at]!]!;
      const value = this.strings[this.pairs[at + 1]!]!;
      if (value !== '' && !SPAN_LABELS.includes(name)) pairs.push([name, value]);
    }
    if (pairs.length === 0) return 0;
    pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const key = JSON.stringify(pairs);
    const found = this.setIndex.get(key);
    if (found !== undefined) return found;
    const made = this.sets.push(Object.fromEntries(pairs)) - 1;
    this.setIndex.set(key, made);
    return made;
  }
}
