import { type ProfileTables } from '@hsi/profile-model';
import { type FrameReader } from './frame-reader.ts';
import { type DecodeLimits, MalformedProfile } from './malformed-profile.ts';
import { SampleLabels } from './sample-labels.ts';
import { type Extents, type Sections } from './sections.ts';
import { BYTES, VARINT } from './wire-reader.ts';

/** Reads samples: their stack traces, values and labels. */
export class SampleReader {
  constructor(
    private readonly sections: Sections,
    private readonly frames: FrameReader,
    private readonly limits: DecodeLimits,
  ) {}

  /** @throws MalformedProfile */
  read(extents: Extents, types: number): Pick<ProfileTables, 'labelSets' | 'spans' | 'samples'> {
    const count = extents.length / 2;
    const labels = new SampleLabels(this.sections.strings);
    const columns = {
      count,
      stackStart: new Int32Array(count + 1),
      labelSet: new Int32Array(count),
      span: new Int32Array(count).fill(-1),
      values: new Float64Array(count * types),
    };
    const stackFrames: number[] = [];
    const stack: number[] = [];
    let exactValues: BigInt64Array | undefined;
    for (let index = 0; index < count; index++) {
      const reader = this.sections.enter('sample', extents, index);
      stack.length = 0;
      labels.begin();
      let value = 0;
      while (reader.next()) {
        if (reader.field === 1) this.readLocationIds(stack);
        else if (reader.field === 2) {
          const end = reader.type === BYTES ? reader.bytesEnd() : -1;
          do {
            if (end < 0) reader.number();
            else if (reader.position >= end) break;
            else this.packed(end);
            if (value >= types) throw this.sections.bad('value', `has more than ${types} entries`);
            if (reader.isNegative)
              throw this.sections.bad(`value[${value}]`, 'is negative or 2^63 or more');
            const at = index * types + value++;
            const number = reader.unsigned();
            columns.values[at] = number;
            if (number > Number.MAX_SAFE_INTEGER && exactValues === undefined) {
              exactValues = BigInt64Array.from(columns.values.subarray(0, at), BigInt);
              exactValues = grow(exactValues, count * types);
            }
            if (exactValues !== undefined) exactValues[at] = reader.signed();
          } while (end >= 0);
        } else if (reader.field === 3) this.readLabel(labels);
        else reader.skip();
      }
      if (value !== types) {
        throw this.sections.bad('value', `has ${value} entries; there are ${types} sample types`);
      }
      for (let frame = stack.length - 1; frame >= 0; frame--) stackFrames.push(stack[frame]!);
      columns.stackStart[index + 1] = stackFrames.length;
      columns.labelSet[index] = labels.end();
      columns.span[index] = labels.span;
    }
    return {
      labelSets: labels.sets,
      spans: labels.spans,
      samples: { ...columns, stackFrames: new Int32Array(stackFrames), exactValues },
    };
  }

  /** Reads one number of a packed field that ends at `end`. */
  private packed(end: number): void {
    this.sections.reader.varint();
    if (this.sections.reader.position > end)
      throw this.sections.reader.error('has a packed field that is cut off');
  }

  /** Appends the frames of the sample's locations, leaf first. */
  private readLocationIds(stack: number[]): void {
    const { reader } = this.sections;
    if (reader.type === VARINT) {
      reader.varint();
      this.addLocation(stack);
      return;
    }
    const end = reader.bytesEnd();
    while (reader.position < end) {
      this.packed(end);
      this.addLocation(stack);
    }
  }

  private addLocation(stack: number[]): void {
    const location = this.frames.locationIds.indexOf(this.sections.reader.unsigned());
    if (location < 0) {
      const id = this.sections.reader.isNegative
        ? this.sections.reader.signed()
        : this.sections.reader.unsigned();
      throw this.sections.bad('location_id', `is ${id}; there is no such location`);
    }
    const end = this.frames.locationFirst[location + 1]!;
    for (let frame = this.frames.locationFirst[location]!; frame < end; frame++) stack.push(frame);
    if (stack.length > this.limits.stackDepth) {
      throw new MalformedProfile(
        `${this.sections.place()}.location_id`,
        `has more than ${this.limits.stackDepth} frames`,
        'stack_depth',
      );
    }
  }

  private readLabel(labels: SampleLabels): void {
    const { reader } = this.sections;
    const outer = reader.end;
    reader.end = reader.bytesEnd();
    let key = 0;
    let text = 0;
    while (reader.next()) {
      if (reader.field === 1) key = this.sections.stringIndex('label.key');
      else if (reader.field === 2) text = this.sections.stringIndex('label.str');
      else if (reader.field === 4) this.sections.stringIndex('label.num_unit');
      else reader.skip();
    }
    reader.position = reader.end;
    reader.end = outer;
    if (key === 0) throw this.sections.bad('label.key', 'is empty');
    if (labels.add(key, text) > this.limits.sampleLabels) {
      throw new MalformedProfile(
        `${this.sections.place()}.label`,
        `is repeated more than ${this.limits.sampleLabels} times`,
        'label_count',
      );
    }
  }
}

function grow(values: BigInt64Array, length: number): BigInt64Array {
  const grown = new BigInt64Array(length);
  grown.set(values);
  return grown;
}
