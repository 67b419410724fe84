import { type ProfileTables, type ValueType } from '@hsi/profile-model';
import { DEFAULT_LIMITS, type DecodeLimits, MalformedProfile } from './malformed-profile.ts';
import { FrameReader } from './frame-reader.ts';
import { latin1Text } from './latin1-text.ts';
import { asOtherFormat } from './other-format.ts';
import { SampleReader } from './sample-reader.ts';
import { atMost, type Extents, MAX_ENTRIES, Sections } from './sections.ts';

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

/** Columns are made for samples times types before a value is read. Go's heap has 4 types. */
const MAX_SAMPLE_TYPES = 64;

/** The year 2200; times beyond it are of another unit, or of no clock. */
const LAST_TIME = 7_258_118_400_000_000_000n;

const UTF8 = new TextDecoder();

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
  try {
    return new PprofDecoder(bytes, limits).decode();
  } catch (error) {
    if (error instanceof MalformedProfile) throw asOtherFormat(bytes, error);
    throw error;
  }
}

class PprofDecoder {
  private readonly sections: Sections;
  private readonly sampleTypes: Extents = [];
  private readonly samples: Extents = [];
  private readonly mappings: Extents = [];
  private readonly locations: Extents = [];
  private readonly functions: Extents = [];
  /** The profile's bytes as text, right where they are ASCII. */
  private ascii: string | undefined;
  private periodType: Extents = [];
  private timeNanos = 0n;
  private durationNanos = 0n;
  private period = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: DecodeLimits,
  ) {
    this.sections = new Sections(bytes);
  }

  decode(): ProfileTables {
    this.scan();
    if (this.sections.strings.length === 0 || this.sections.strings[0] !== '') {
      throw new MalformedProfile('string_table[0]', 'is not the empty text');
    }
    const sampleTypes = this.valueTypes('sample_type', this.sampleTypes);
    if (sampleTypes.length === 0) throw new MalformedProfile('sample_type', 'is absent');
    const nameless = sampleTypes.findIndex(({ type }) => type === '');
    if (nameless >= 0) throw new MalformedProfile(`sample_type[${nameless}].type`, 'is empty');
    if (new Set(sampleTypes.map(({ type, unit }) => `${type}:${unit}`)).size < sampleTypes.length) {
      throw new MalformedProfile('sample_type', 'names one type twice');
    }
    const periodType = this.valueTypes('period_type', this.periodType).at(-1);
    const frames = new FrameReader(this.sections);
    frames.read(this.mappings, this.functions, this.locations);
    const samples = new SampleReader(this.sections, frames, this.limits);
    return {
      sampleTypes,
      periodType: periodType ?? { type: '', unit: '' },
      period: this.period,
      timeNanos: this.timeNanos,
      durationNanos: this.durationNanos,
      strings: this.sections.strings,
      frames: frames.table(),
      ...samples.read(this.samples, sampleTypes.length),
    };
  }

  /** Finds the extent of every message, and reads what the profile holds itself. */
  private scan(): void {
    const { reader } = this.sections;
    while (reader.next()) {
      switch (reader.field) {
        case PROFILE.sampleType:
          this.extent(this.sampleTypes);
          atMost(MAX_SAMPLE_TYPES, this.sampleTypes.length / 2, 'sample_type');
          break;
        case PROFILE.sample:
          this.extent(this.samples);
          atMost(this.limits.samples, this.samples.length / 2, 'sample', 'sample_count');
          break;
        case PROFILE.mapping:
          this.extent(this.mappings);
          atMost(MAX_ENTRIES, this.mappings.length / 2, 'mapping');
          break;
        case PROFILE.location:
          this.extent(this.locations);
          atMost(MAX_ENTRIES, this.locations.length / 2, 'location');
          break;
        case PROFILE.function:
          this.extent(this.functions);
          atMost(MAX_ENTRIES, this.functions.length / 2, 'function');
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
    const end = this.sections.reader.bytesEnd();
    into.push(this.sections.reader.position, end);
    this.sections.reader.position = end;
  }

  private readString(): void {
    const { reader } = this.sections;
    const end = reader.bytesEnd();
    const index = this.sections.strings.length;
    if (end - reader.position > this.limits.stringBytes) {
      throw new MalformedProfile(
        `string_table[${index}]`,
        `is longer than ${this.limits.stringBytes} bytes`,
        'string_length',
      );
    }
    atMost(MAX_ENTRIES, index + 1, 'string_table');
    this.sections.strings.push(this.text(reader.position, end));
    reader.position = end;
  }

  private valueTypes(section: string, extents: Extents): ValueType[] {
    const types: ValueType[] = [];
    for (let index = 0; index < extents.length / 2; index++) {
      const reader = this.sections.enter(section, extents, index);
      let type = '';
      let unit = '';
      while (reader.next()) {
        if (reader.field === 1) type = this.sections.strings[this.sections.stringIndex('type')]!;
        else if (reader.field === 2)
          unit = this.sections.strings[this.sections.stringIndex('unit')]!;
        else reader.skip();
      }
      this.checkPart('type', type);
      this.checkPart('unit', unit);
      types.push({ type, unit });
    }
    return types;
  }

  /** A profile type's id joins its parts with ":"; one that has it could be asked for by no client. */
  private checkPart(field: string, text: string): void {
    if (!text.includes(':')) return;
    const quoted = JSON.stringify(text.slice(0, 40));
    throw this.sections.bad(field, `is ${quoted}; ":" divides the parts of a profile type`);
  }
}
