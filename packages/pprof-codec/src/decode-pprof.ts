import { type ProfileTables, type ValueType } from '@hsi/profile-model';
import { DEFAULT_LIMITS, type DecodeLimits, MalformedProfile } from './malformed-profile.ts';
import { IdIndex } from './id-index.ts';
import { latin1Text } from './latin1-text.ts';
import { SampleLabels } from './sample-labels.ts';
import { BYTES, VARINT, WireReader } from './wire-reader.ts';

/*
 * pprof's profile.proto, read in two passes: the first finds the strings, functions and locations
 * (they come after the samples that refer to them), the second reads the samples.
 *
 * An own decoder, because it runs for every push: pprof-format takes 2.3 times as long, accepts
 * truncated fields in silence, and reads a negative int64 as a huge number.
 */

/** Field numbers of `perftools.profiles.Profile`. */
const PROFILE = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  stringTable: 6,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
} as const;

/** The year 2200; times beyond it are of another unit, or of no clock. */
const LAST_TIME = 7_258_118_400_000_000_000n;

const UTF8 = new TextDecoder();

/** Go writes `name[go.shape.int].method`; which instance it was is arbitrary, so it is cut. */
const GO_TYPE_PARAMETERS = /\[go\.shape\..*\]/;

/**
 * Decodes a pprof profile that is already inflated.
 * @throws MalformedProfile
 */
export function decodePprof(
  bytes: Uint8Array,
  limits: DecodeLimits = DEFAULT_LIMITS,
): ProfileTables {
  if (bytes.length === 0) throw new MalformedProfile('profile', 'is empty');
  if (bytes.length > limits.inflatedBytes) {
    throw new MalformedProfile(
      'profile',
      `has ${bytes.length} bytes; the limit is ${limits.inflatedBytes}`,
      'inflated_size',
    );
  }
  return new PprofDecoder(bytes, limits).decode();
}

/** Offsets of the messages of one repeated field: start, end, start, end, ... */
type Extents = number[];

class PprofDecoder {
  private readonly reader: WireReader;
  private section = 'profile';
  private sectionIndex = -1;

  private readonly sampleTypes: Extents = [];
  private readonly samples: Extents = [];
  private readonly mappings: Extents = [];
  private readonly locations: Extents = [];
  private readonly functions: Extents = [];
  private readonly strings: string[] = [];
  /** The profile's bytes as text, right where they are ASCII. */
  private ascii: string | undefined;
  private periodType: Extents = [];
  private timeNanos = 0n;
  private durationNanos = 0n;
  private period = 0;

  private functionIds = new IdIndex(0);
  private functionName: Int32Array = new Int32Array(0);
  private functionFile: Int32Array = new Int32Array(0);
  private functionStart: Int32Array = new Int32Array(0);
  /** Location id -> index into `locationFirst`; frames of a location are leaf first, as written. */
  private locationIds = new IdIndex(0);
  private locationFirst: Int32Array = new Int32Array(0);
  private readonly frameName: number[] = [];
  private readonly frameFile: number[] = [];
  private readonly frameStart: number[] = [];
  private readonly frameLine: number[] = [];

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: DecodeLimits,
  ) {
    this.reader = new WireReader(bytes, () => this.place());
  }

  decode(): ProfileTables {
    this.scan();
    if (this.strings.length === 0 || this.strings[0] !== '') {
      throw new MalformedProfile('string_table[0]', 'is not the empty text');
    }
    const sampleTypes = this.valueTypes('sample_type', this.sampleTypes);
    if (sampleTypes.length === 0) throw new MalformedProfile('sample_type', 'is absent');
    if (new Set(sampleTypes.map(({ type, unit }) => `${type}:${unit}`)).size < sampleTypes.length) {
      throw new MalformedProfile('sample_type', 'names one type twice');
    }
    const periodType = this.valueTypes('period_type', this.periodType).at(-1);
    const mappingIds = this.readMappings();
    this.readFunctions();
    this.readLocations(mappingIds);
    return {
      sampleTypes,
      periodType: periodType ?? { type: '', unit: '' },
      period: this.period,
      timeNanos: this.timeNanos,
      durationNanos: this.durationNanos,
      strings: this.strings,
      frames: {
        name: new Int32Array(this.frameName),
        file: new Int32Array(this.frameFile),
        startLine: new Int32Array(this.frameStart),
        line: new Int32Array(this.frameLine),
      },
      ...this.readSamples(sampleTypes.length),
    };
  }

  private place(): string {
    return this.sectionIndex < 0 ? this.section : `${this.section}[${this.sectionIndex}]`;
  }

  /** Finds the extent of every message, and reads what the profile holds itself. */
  private scan(): void {
    const { reader } = this;
    while (reader.next()) {
      switch (reader.field) {
        case PROFILE.sampleType:
          this.extent(this.sampleTypes);
          break;
        case PROFILE.sample:
          this.extent(this.samples);
          if (this.samples.length > 2 * this.limits.samples) {
            throw new MalformedProfile(
              'sample',
              `is repeated more than ${this.limits.samples} times`,
              'sample_count',
            );
          }
          break;
        case PROFILE.mapping:
          this.extent(this.mappings);
          break;
        case PROFILE.location:
          this.extent(this.locations);
          break;
        case PROFILE.function:
          this.extent(this.functions);
          break;
        case PROFILE.stringTable:
          this.readString();
          break;
        case PROFILE.timeNanos:
          reader.number();
          if (reader.isNegative) throw new MalformedProfile('time_nanos', 'is negative');
          this.timeNanos = reader.signed();
          if (this.timeNanos > LAST_TIME) {
            throw new MalformedProfile('time_nanos', 'is after the year 2200');
          }
          break;
        case PROFILE.durationNanos:
          reader.number();
          if (reader.isNegative) throw new MalformedProfile('duration_nanos', 'is negative');
          this.durationNanos = reader.signed();
          break;
        case PROFILE.periodType:
          this.periodType = [];
          this.extent(this.periodType);
          break;
        case PROFILE.period:
          reader.number();
          if (reader.isNegative) throw new MalformedProfile('period', 'is negative');
          this.period = reader.unsigned();
          break;
        default:
          reader.skip();
      }
    }
  }

  /**
   * UTF-8 to text. Nearly all texts are ASCII, and those are cut out of the whole profile as one
   * text, which takes a fraction of decoding each. Who keeps one for long copies it.
   */
  private text(from: number, to: number): string {
    const { bytes } = this;
    for (let at = from; at < to; at++) {
      if (bytes[at]! >= 0x80) return UTF8.decode(bytes.subarray(from, to));
    }
    this.ascii ??= latin1Text(bytes);
    return this.ascii.slice(from, to);
  }

  private extent(into: Extents): void {
    const end = this.reader.bytesEnd();
    into.push(this.reader.position, end);
    this.reader.position = end;
  }

  private readString(): void {
    const { reader } = this;
    const end = reader.bytesEnd();
    const index = this.strings.length;
    if (end - reader.position > this.limits.stringBytes) {
      throw new MalformedProfile(
        `string_table[${index}]`,
        `is longer than ${this.limits.stringBytes} bytes`,
        'string_length',
      );
    }
    this.strings.push(this.text(reader.position, end));
    reader.position = end;
  }

  /** Goes to message `index` of a repeated field. */
  private enter(section: string, extents: Extents, index: number): WireReader {
    this.section = section;
    this.sectionIndex = index;
    this.reader.position = extents[2 * index]!;
    this.reader.end = extents[2 * index + 1]!;
    return this.reader;
  }

  private valueTypes(section: string, extents: Extents): ValueType[] {
    const types: ValueType[] = [];
    for (let index = 0; index < extents.length / 2; index++) {
      const reader = this.enter(section, extents, index);
      let type = '';
      let unit = '';
      while (reader.next()) {
        if (reader.field === 1) type = this.strings[this.stringIndex('type')]!;
        else if (reader.field === 2) unit = this.strings[this.stringIndex('unit')]!;
        else reader.skip();
      }
      types.push({ type, unit });
    }
    return types;
  }

  /** Reads a number and checks it as an index into the string table. */
  private stringIndex(field: string): number {
    this.reader.number();
    const index = this.reader.unsigned();
    if (index >= this.strings.length) {
      const value = this.reader.isNegative ? this.reader.signed() : index;
      throw this.bad(field, `is ${value}; there are ${this.strings.length} strings`);
    }
    return index;
  }

  private bad(field: string, problem: string): MalformedProfile {
    return new MalformedProfile(`${this.place()}.${field}`, problem);
  }

  private readMappings(): Set<number> {
    const ids = new Set<number>();
    for (let index = 0; index < this.mappings.length / 2; index++) {
      const reader = this.enter('mapping', this.mappings, index);
      let id = 0;
      while (reader.next()) {
        if (reader.field === 1) {
          reader.number();
          id = this.identifier('id');
        } else if (reader.field === 5) this.stringIndex('filename');
        else if (reader.field === 6) this.stringIndex('build_id');
        else reader.skip();
      }
      if (id === 0) throw this.bad('id', 'is 0');
      if (ids.has(id)) throw this.bad('id', `is ${id}, which another mapping has`);
      ids.add(id);
    }
    return ids;
  }

  /** The last varint as an id, at most 2^53. */
  private identifier(field: string): number {
    const id = this.reader.unsigned();
    if (id > Number.MAX_SAFE_INTEGER) throw this.bad(field, 'is negative or above 2^53');
    return id;
  }

  private readFunctions(): void {
    const count = this.functions.length / 2;
    this.functionIds = new IdIndex(count);
    this.functionName = new Int32Array(count);
    this.functionFile = new Int32Array(count);
    this.functionStart = new Int32Array(count);
    for (let index = 0; index < count; index++) {
      const reader = this.enter('function', this.functions, index);
      let id = 0;
      while (reader.next()) {
        switch (reader.field) {
          case 1:
            reader.number();
            id = this.identifier('id');
            break;
          case 2:
            this.functionName[index] = this.stringIndex('name');
            break;
          case 3:
            this.stringIndex('system_name');
            break;
          case 4:
            this.functionFile[index] = this.stringIndex('filename');
            break;
          case 5:
            reader.number();
            this.functionStart[index] = lineNumber(reader);
            break;
          default:
            reader.skip();
        }
      }
      if (id === 0) throw this.bad('id', 'is 0');
      if (!this.functionIds.add(id, index)) {
        throw this.bad('id', `is ${id}, which another function has`);
      }
      this.cutTypeParameters(this.functionName[index]!);
    }
  }

  private cutTypeParameters(name: number): void {
    const text = this.strings[name]!;
    if (text.includes('[go.shape.')) this.strings[name] = text.replace(GO_TYPE_PARAMETERS, '');
  }

  private readLocations(mappingIds: ReadonlySet<number>): void {
    const count = this.locations.length / 2;
    this.locationIds = new IdIndex(count);
    this.locationFirst = new Int32Array(count + 1);
    for (let index = 0; index < count; index++) {
      const reader = this.enter('location', this.locations, index);
      let id = 0;
      let address = 0n;
      while (reader.next()) {
        if (reader.field === 1) {
          reader.number();
          id = this.identifier('id');
        } else if (reader.field === 2) {
          reader.number();
          const mapping = reader.unsigned();
          if (mapping !== 0 && !mappingIds.has(mapping)) {
            throw this.bad('mapping_id', `is ${mapping}; there is no such mapping`);
          }
        } else if (reader.field === 3) {
          reader.number();
          address = BigInt.asUintN(64, reader.signed());
        } else if (reader.field === 4) this.readLine();
        else reader.skip();
      }
      if (id === 0) throw this.bad('id', 'is 0');
      if (!this.locationIds.add(id, index)) {
        throw this.bad('id', `is ${id}, which another location has`);
      }
      if (this.frameName.length === this.locationFirst[index]!) this.addAddress(address);
      this.locationFirst[index + 1] = this.frameName.length;
    }
  }

  /** Reads one line of a location. A frame of an inlined call comes before its caller. */
  private readLine(): void {
    const { reader } = this;
    const outer = reader.end;
    reader.end = reader.bytesEnd();
    let functionId = 0;
    let line = 0;
    while (reader.next()) {
      if (reader.field === 1) {
        reader.number();
        functionId = this.identifier('line.function_id');
      } else if (reader.field === 2) {
        reader.number();
        line = lineNumber(reader);
      } else reader.skip();
    }
    reader.position = reader.end;
    reader.end = outer;
    const index = this.functionIds.indexOf(functionId);
    if (index < 0) {
      throw this.bad('line.function_id', `is ${functionId}; there is no such function`);
    }
    this.frameName.push(this.functionName[index]!);
    this.frameFile.push(this.functionFile[index]!);
    this.frameStart.push(this.functionStart[index]!);
    this.frameLine.push(line);
  }

  /** A location without lines is known by its address alone. */
  private addAddress(address: bigint): void {
    this.frameName.push(this.strings.push(`0x${address.toString(16)}`) - 1);
    this.frameFile.push(0);
    this.frameStart.push(0);
    this.frameLine.push(0);
  }

  private readSamples(types: number): Pick<ProfileTables, 'labelSets' | 'spans' | 'samples'> {
    const count = this.samples.length / 2;
    const labels = new SampleLabels(this.strings);
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
      const reader = this.enter('sample', this.samples, index);
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
            if (value >= types) throw this.bad('value', `has more than ${types} entries`);
            if (reader.isNegative) throw this.bad(`value[${value}]`, 'is negative or 2^63 or more');
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
        throw this.bad('value', `has ${value} entries; there are ${types} sample types`);
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
    this.reader.varint();
    if (this.reader.position > end) throw this.reader.error('has a packed field that is cut off');
  }

  /** Appends the frames of the sample's locations, leaf first. */
  private readLocationIds(stack: number[]): void {
    const { reader } = this;
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
    const location = this.locationIds.indexOf(this.reader.unsigned());
    if (location < 0) {
      const id = this.reader.isNegative ? this.reader.signed() : this.reader.unsigned();
      throw this.bad('location_id', `is ${id}; there is no such location`);
    }
    const end = this.locationFirst[location + 1]!;
    for (let frame = this.locationFirst[location]!; frame < end; frame++) stack.push(frame);
    if (stack.length > this.limits.stackDepth) {
      throw new MalformedProfile(
        `${this.place()}.location_id`,
        `has more than ${this.limits.stackDepth} frames`,
        'stack_depth',
      );
    }
  }

  private readLabel(labels: SampleLabels): void {
    const { reader } = this;
    const outer = reader.end;
    reader.end = reader.bytesEnd();
    let key = 0;
    let text = 0;
    while (reader.next()) {
      if (reader.field === 1) key = this.stringIndex('label.key');
      else if (reader.field === 2) text = this.stringIndex('label.str');
      else if (reader.field === 4) this.stringIndex('label.num_unit');
      else reader.skip();
    }
    reader.position = reader.end;
    reader.end = outer;
    if (key === 0) throw this.bad('label.key', 'is empty');
    if (labels.add(key, text) > this.limits.sampleLabels) {
      throw new MalformedProfile(
        `${this.place()}.label`,
        `is repeated more than ${this.limits.sampleLabels} times`,
        'label_count',
      );
    }
  }
}

/** Line numbers that no file has (negative, above 2^31) become 0, unknown. */
function lineNumber(reader: WireReader): number {
  return reader.high === 0 && reader.low > 0 ? reader.low : 0;
}

function grow(values: BigInt64Array, length: number): BigInt64Array {
  const grown = new BigInt64Array(length);
  grown.set(values);
  return grown;
}
