import { type ProfileTables, type ValueType } from '@hsi/profile-model';
import { WireWriter } from '@hsi/protobuf-wire';

/** The only mapping; it has functions (7), file names (8) and line numbers (9). */
const MAPPING_ID = 1;

/**
 * Encodes a profile as pprof, not compressed. Every frame becomes a location with one line; sample
 * labels and span ids (`span_id`) are kept.
 */
export function encodePprof(tables: ProfileTables): Uint8Array {
  return new PprofEncoder(tables).encode();
}

class PprofEncoder {
  private readonly out = new WireWriter();
  private readonly strings: string[] = [''];
  private readonly stringIndex = new Map<string, number>([['', 0]]);
  private readonly functionIds = new Map<string, number>();

  constructor(private readonly tables: ProfileTables) {}

  encode(): Uint8Array {
    const { tables, out } = this;
    for (const type of tables.sampleTypes) out.message(1, (into) => this.valueType(into, type));
    for (let sample = 0; sample < tables.samples.count; sample++) {
      out.message(2, (into) => this.sample(into, sample));
    }
    // Frames know no binary, but readers want every location in one.
    out.message(3, (into) => {
      into.int64(1, MAPPING_ID);
      for (const has of [7, 8, 9]) into.int64(has, 1);
    });
    this.framesUsed();
    const [first, ...others] = tables.sampleTypes;
    const byDefault = first !== undefined && others.length === 0 ? this.string(first.type) : 0;
    out.message(11, (into) => this.valueType(into, tables.periodType));
    for (const text of this.strings) out.text(6, text);
    out.int64(9, tables.timeNanos);
    out.int64(10, tables.durationNanos);
    out.int64(12, tables.period);
    out.int64(14, byDefault);
    return out.finish();
  }

  private string(text: string): number {
    const found = this.stringIndex.get(text);
    if (found !== undefined) return found;
    const made = this.strings.push(text) - 1;
    this.stringIndex.set(text, made);
    return made;
  }

  private valueType(into: WireWriter, { type, unit }: ValueType): void {
    into.int64(1, this.string(type));
    into.int64(2, this.string(unit));
  }

  private sample(into: WireWriter, sample: number): void {
    const { samples, sampleTypes, labelSets, spans } = this.tables;
    const locations: number[] = [];
    for (let at = samples.stackStart[sample + 1]! - 1; at >= samples.stackStart[sample]!; at--) {
      locations.push(samples.stackFrames[at]! + 1);
    }
    into.packed(1, locations);
    const values = sampleTypes.map((_, type) => {
      const at = sample * sampleTypes.length + type;
      return samples.exactValues?.[at] ?? samples.values[at]!;
    });
    into.packed(2, values);
    const labels = Object.entries(labelSets[samples.labelSet[sample]!]!);
    const span = spans[samples.span[sample]!];
    if (span !== undefined) labels.push(['span_id', span]);
    for (const [name, value] of labels) {
      into.message(3, (label) => {
        label.int64(1, this.string(name));
        label.int64(2, this.string(value));
      });
    }
  }

  /** Writes locations (frame index + 1) and the functions that they need. */
  private framesUsed(): void {
    const { frames, strings } = this.tables;
    for (let frame = 0; frame < frames.name.length; frame++) {
      const [name, file] = [strings[frames.name[frame]!]!, strings[frames.file[frame]!]!];
      const functionId = this.functionId(name, file, frames.startLine[frame]!);
      this.out.message(4, (into) => {
        into.int64(1, frame + 1);
        into.int64(2, MAPPING_ID);
        into.message(4, (line) => {
          line.int64(1, functionId);
          line.int64(2, frames.line[frame]!);
        });
      });
    }
  }

  private functionId(name: string, file: string, startLine: number): number {
    const key = `${startLine}:${file}\n${name}`;
    const found = this.functionIds.get(key);
    if (found !== undefined) return found;
    const id = this.functionIds.size + 1;
    this.functionIds.set(key, id);
    this.out.message(5, (into) => {
      into.int64(1, id);
      into.int64(2, this.string(name));
      into.int64(3, this.string(name));
      into.int64(4, this.string(file));
      into.int64(5, startLine);
    });
    return id;
  }
}
