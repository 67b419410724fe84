import { type LabelSet } from './label-set.ts';

/** Index into {@link ProfileTables.strings}. */
export type StringIndex = number;
/** Index into the columns of {@link FrameTable}. */
export type FrameIndex = number;

/** What one value of every sample measures, e.g. `cpu` in `nanoseconds`. */
export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** Frames as columns: a function, where it is, and the line that was running (0 when unknown). */
export interface FrameTable {
  readonly name: Int32Array;
  readonly file: Int32Array;
  /** Line of the function's head. */
  readonly startLine: Int32Array;
  readonly line: Int32Array;
}

/**
 * Samples as columns. The stack trace of sample i is
 * `stackFrames[stackStart[i]] ... stackFrames[stackStart[i + 1] - 1]`, root first. Its values are
 * `values[i * types] ...`, one per sample type, never negative.
 */
export interface SampleTable {
  readonly count: number;
  readonly stackStart: Int32Array;
  readonly stackFrames: Int32Array;
  /** Sample -> index into {@link ProfileTables.labelSets}. */
  readonly labelSet: Int32Array;
  /** Sample -> index into {@link ProfileTables.spans}, -1 for none. */
  readonly span: Int32Array;
  readonly values: Float64Array;
  /** All values again, exact, when one of them is above 2^53. */
  readonly exactValues?: BigInt64Array | undefined;
}

/**
 * One decoded profile: what every format becomes before it is stored, and what is encoded again
 * for export. Sample labels are already divided into those that make series of their own
 * (`labelSets`) and the span that a sample belongs to.
 */
export interface ProfileTables {
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: ValueType;
  /** In the period type's unit; 0 when unknown. */
  readonly period: number;
  /** Nanoseconds since 1970; 0 when the profile does not say. */
  readonly timeNanos: bigint;
  readonly durationNanos: bigint;
  /** Entry 0 is the empty text. */
  readonly strings: readonly string[];
  readonly frames: FrameTable;
  /** Entry 0 is the set without labels. */
  readonly labelSets: readonly LabelSet[];
  /** Span ids, 16 hexadecimal digits in lower case. */
  readonly spans: readonly string[];
  readonly samples: SampleTable;
}

/** Collects stack traces by name, one value type, into {@link ProfileTables}. */
export class ProfileTablesBuilder {
  private readonly strings: string[] = [''];
  private readonly stringIndex = new Map<string, StringIndex>([['', 0]]);
  private readonly frameKeys = new Map<string, FrameIndex>();
  private readonly frames: { name: number[]; file: number[]; startLine: number[]; line: number[] } =
    { name: [], file: [], startLine: [], line: [] };
  private readonly stackStart: number[] = [0];
  private readonly stackFrames: number[] = [];
  private readonly labelSets: LabelSet[] = [{}];
  private readonly labelSet: number[] = [];
  private readonly spans: string[] = [];
  private readonly span: number[] = [];
  private readonly values: (number | bigint)[] = [];

  /** The frame of a function at a line, made when absent. */
  frame(name: string, file = '', line = 0, startLine = 0): FrameIndex {
    const key = `${line}:${startLine}:${file}\n${name}`;
    const found = this.frameKeys.get(key);
    if (found !== undefined) return found;
    const made = this.frames.name.push(this.intern(name)) - 1;
    this.frames.file.push(this.intern(file));
    this.frames.startLine.push(startLine);
    this.frames.line.push(line);
    this.frameKeys.set(key, made);
    return made;
  }

  /** A set of sample labels, to pass to {@link add}. */
  addLabelSet(labels: LabelSet): number {
    return this.labelSets.push(labels) - 1;
  }

  /** A span id, to pass to {@link add}. */
  addSpan(spanId: string): number {
    return this.spans.push(spanId) - 1;
  }

  /** Adds a sample: its frames root first, and one value per sample type. */
  add(
    frames: Iterable<FrameIndex>,
    values: readonly (number | bigint)[],
    labelSet = 0,
    span = -1,
  ): void {
    for (const frame of frames) this.stackFrames.push(frame);
    this.stackStart.push(this.stackFrames.length);
    this.labelSet.push(labelSet);
    this.span.push(span);
    this.values.push(...values);
  }

  /** The tables, with what the collected samples do not say. */
  build(
    about: Pick<ProfileTables, 'sampleTypes' | 'periodType' | 'period'> &
      Partial<Pick<ProfileTables, 'timeNanos' | 'durationNanos'>>,
  ): ProfileTables {
    const isExact = this.values.every((value) => Number.isSafeInteger(Number(value)));
    return {
      timeNanos: 0n,
      durationNanos: 0n,
      ...about,
      strings: this.strings,
      frames: {
        name: Int32Array.from(this.frames.name),
        file: Int32Array.from(this.frames.file),
        startLine: Int32Array.from(this.frames.startLine),
        line: Int32Array.from(this.frames.line),
      },
      labelSets: this.labelSets,
      spans: this.spans,
      samples: {
        count: this.labelSet.length,
        stackStart: Int32Array.from(this.stackStart),
        stackFrames: Int32Array.from(this.stackFrames),
        labelSet: Int32Array.from(this.labelSet),
        span: Int32Array.from(this.span),
        values: Float64Array.from(this.values, Number),
        exactValues: isExact ? undefined : BigInt64Array.from(this.values, BigInt),
      },
    };
  }

  private intern(text: string): StringIndex {
    const found = this.stringIndex.get(text);
    if (found !== undefined) return found;
    const made = this.strings.push(text) - 1;
    this.stringIndex.set(text, made);
    return made;
  }
}
