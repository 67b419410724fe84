import { MalformedProfile } from './malformed-profile.ts';

/** Protobuf's wire types that proto3 uses. */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const TWO_32 = 4_294_967_296;

/**
 * Reads protobuf's wire format. A varint's 64 bits are left in `low` and `high`, so that reading
 * one allocates nothing; every read is within `end`.
 */
export class WireReader {
  position: number;
  end: number;
  /** Lower and upper 32 bits of the last varint, signed: those are kept without a heap number. */
  low = 0;
  high = 0;
  /** Field number and wire type of the last tag. */
  field = 0;
  type = 0;

  constructor(
    readonly bytes: Uint8Array,
    /** What is being read, for errors. */
    private readonly where: () => string,
  ) {
    this.position = 0;
    this.end = bytes.length;
  }

  /** Reads the next tag; false at the end of the message. */
  next(): boolean {
    if (this.position >= this.end) return false;
    this.varint();
    this.type = this.low & 7;
    this.field = this.low >>> 3;
    if (this.high !== 0) this.longTag();
    if (this.field === 0) throw this.error('has the field number 0');
    return true;
  }

  private longTag(): void {
    if (this.high >>> 0 > 7) throw this.error('has the field number 0');
    this.field += this.high * (TWO_32 / 8);
  }

  /** Reads a varint of up to 64 bits into `low` and `high`. */
  varint(): void {
    const at = this.position;
    const byte = at < this.end ? this.bytes[at]! : 0x80;
    if (byte >= 0x80) {
      this.longVarint();
      return;
    }
    this.position = at + 1;
    this.low = byte;
    this.high = 0;
  }

  private longVarint(): void {
    const { bytes, end } = this;
    let at = this.position;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) throw this.error('is cut off inside a number');
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else {
        if (bits > 1) throw this.error('has a number of more than 64 bits');
        high |= bits << 31;
      }
      if (byte < 0x80) {
        this.position = at;
        this.low = low;
        this.high = high;
        return;
      }
    }
    throw this.error('has a number of more than 10 bytes');
  }

  /** The last varint as an unsigned number, exact below 2^53. */
  unsigned(): number {
    return this.high === 0 ? this.low >>> 0 : (this.high >>> 0) * TWO_32 + (this.low >>> 0);
  }

  /** The last varint as a signed 64-bit integer. */
  signed(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  get isNegative(): boolean {
    return this.high < 0;
  }

  /** Reads a length and gives the end of the bytes that follow. */
  bytesEnd(): number {
    if (this.type !== BYTES)
      throw this.error(`has field ${this.field} with wire type ${this.type}`);
    this.varint();
    const length = this.unsigned();
    if (length > this.end - this.position) {
      throw this.error(`is cut off inside field ${this.field}`);
    }
    return this.position + length;
  }

  /** Reads a number that a field of wire type 0 holds. */
  number(): void {
    if (this.type !== VARINT)
      throw this.error(`has field ${this.field} with wire type ${this.type}`);
    this.varint();
  }

  /** Passes over the field that the last tag names. */
  skip(): void {
    switch (this.type) {
      case VARINT:
        this.varint();
        return;
      case BYTES:
        this.position = this.bytesEnd();
        return;
      case FIXED64:
      case FIXED32: {
        const size = this.type === FIXED64 ? 8 : 4;
        if (size > this.end - this.position) {
          throw this.error(`is cut off inside field ${this.field}`);
        }
        this.position += size;
        return;
      }
      default:
        throw this.error(`has field ${this.field} with wire type ${this.type}`);
    }
  }

  error(problem: string): MalformedProfile {
    return new MalformedProfile(this.where(), problem);
  }
}
