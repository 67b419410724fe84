const UTF8 = new TextEncoder();

/** Writes protobuf's wire format. Fields with the value zero are left out, as proto3 does. */
export class WireWriter {
  private buffer = new Uint8Array(256);
  private length = 0;

  int64(field: number, value: number | bigint): void {
    if (Number(value) === 0) return;
    this.varint(8 * field);
    this.varint(value);
  }

  text(field: number, value: string): void {
    this.bytes(field, UTF8.encode(value));
  }

  message(field: number, write: (into: WireWriter) => void): void {
    const inner = new WireWriter();
    write(inner);
    this.bytes(field, inner.finish());
  }

  packed(field: number, values: readonly (number | bigint)[]): void {
    if (values.length === 0) return;
    const inner = new WireWriter();
    for (const value of values) inner.varint(value);
    this.bytes(field, inner.finish());
  }

  bytes(field: number, value: Uint8Array): void {
    this.varint(8 * field + 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  /** A number of at most 64 bits; negative ones as two's complement. */
  varint(value: number | bigint): void {
    this.reserve(10);
    let rest: number;
    if (typeof value === 'bigint' || value < 0) {
      let big = BigInt.asUintN(64, BigInt(value));
      while (big > 0x7fffffffn) {
        this.buffer[this.length++] = Number(big & 0x7fn) | 0x80;
        big >>= 7n;
      }
      rest = Number(big);
    } else {
      rest = value;
      while (rest > 0x7fffffff) {
        this.buffer[this.length++] = (rest % 128) | 0x80;
        rest = Math.floor(rest / 128);
      }
    }
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.length++] = rest;
  }

  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.buffer.length, this.length + bytes));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}
