const UTF8 = new TextEncoder();

/** Writes protobuf's wire format. Zero values are left out, as proto3 does. */
export class ByteWriter {
  private buffer = new Uint8Array(256);
  private length = 0;

  /** A varint field. */
  int64(field: number, value: number | bigint): void {
    if (Number(value) === 0) return;
    this.varint(8 * field);
    this.varint(value);
  }

  text(field: number, value: string): void {
    this.bytes(field, UTF8.encode(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.varint(8 * field + 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
  }

  packed(field: number, values: readonly (number | bigint)[]): void {
    const inner = new ByteWriter();
    for (const value of values) inner.varint(value);
    this.bytes(field, inner.finish());
  }

  /** A number of at most 64 bits, not negative. */
  varint(value: number | bigint): void {
    this.reserve(10);
    if (typeof value === 'bigint') {
      let rest = value;
      while (rest > 0x7fn) {
        this.buffer[this.length++] = Number(rest & 0x7fn) | 0x80;
        rest >>= 7n;
      }
      this.buffer[this.length++] = Number(rest);
      return;
    }
    let rest = value;
    while (rest > 0x7fffffff) {
      this.buffer[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
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
