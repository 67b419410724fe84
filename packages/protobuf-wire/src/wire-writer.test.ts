import { BinaryReader } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { WireWriter } from './wire-writer.ts';

function written(write: (into: WireWriter) => void): BinaryReader {
  const writer = new WireWriter();
  write(writer);
  return new BinaryReader(writer.finish());
}

describe('the wire format', () => {
  it.each([1, 127, 128, 2 ** 31, 2 ** 53 - 1, 1n, 2n ** 62n, -1, -(2n ** 63n)])(
    'holds %s exactly',
    (value) => {
      const reader = written((into) => into.int64(3, value));
      expect(reader.tag()).toEqual([3, 0]);
      expect(BigInt(reader.int64())).toBe(BigInt(value));
    },
  );

  it('leaves zero out of a field, and keeps it in a list', () => {
    expect(written((into) => into.int64(1, 0)).len).toBe(0);
    expect(written((into) => into.packed(1, [])).len).toBe(0);
    const reader = written((into) => into.packed(2, [0, 300n, 5]));
    expect(reader.tag()).toEqual([2, 2]);
    const end = reader.uint32() + reader.pos;
    const values: number[] = [];
    while (reader.pos < end) values.push(Number(reader.int64()));
    expect(values).toEqual([0, 300, 5]);
  });

  it('nests messages and grows with them', () => {
    const text = 'é'.repeat(1_000);
    const reader = written((into) => into.message(7, (inner) => inner.text(1, text)));
    expect(reader.tag()).toEqual([7, 2]);
    reader.uint32();
    expect(reader.tag()).toEqual([1, 2]);
    expect(reader.string()).toBe(text);
  });
});
