import { MalformedProfile, type RefusalReason } from './malformed-profile.ts';
import { WireReader } from './wire-reader.ts';

/** Offsets of the messages of one repeated field: start, end, start, end, ... */
export type Extents = number[];

/** Of a repeated field: an entry may take two bytes of the profile and a hundred of memory. */
export const MAX_ENTRIES = 1_000_000;

/** A profile's bytes, read message by message; errors name the message that is being read. */
export class Sections {
  readonly reader: WireReader;
  readonly strings: string[] = [];
  private section = 'profile';
  private index = -1;

  constructor(bytes: Uint8Array) {
    this.reader = new WireReader(bytes, () => this.place());
  }

  /** What is being read: `sample[3]`. */
  place(): string {
    return this.index < 0 ? this.section : `${this.section}[${this.index}]`;
  }

  /** Goes to message `index` of a repeated field. */
  enter(section: string, extents: Extents, index: number): WireReader {
    this.section = section;
    this.index = index;
    this.reader.position = extents[2 * index]!;
    this.reader.end = extents[2 * index + 1]!;
    return this.reader;
  }

  /** Reads a number and checks it as an index into the string table. */
  stringIndex(field: string): number {
    this.reader.number();
    const index = this.reader.unsigned();
    if (index >= this.strings.length) {
      const value = this.reader.isNegative ? this.reader.signed() : index;
      throw this.bad(field, `is ${value}; there are ${this.strings.length} strings`);
    }
    return index;
  }

  /** The last varint as an id, at most 2^53. */
  identifier(field: string): number {
    const id = this.reader.unsigned();
    if (id > Number.MAX_SAFE_INTEGER) throw this.bad(field, 'is negative or above 2^53');
    return id;
  }

  bad(field: string, problem: string): MalformedProfile {
    return new MalformedProfile(`${this.place()}.${field}`, problem);
  }
}

/** @throws MalformedProfile for a field with more entries than the limit */
export function atMost(limit: number, count: number, field: string, reason?: RefusalReason): void {
  if (count > limit) {
    throw new MalformedProfile(field, `is repeated more than ${limit} times`, reason);
  }
}
