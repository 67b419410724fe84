import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { encodePng } from './png.ts';
import { sampleImage } from './sample-image.ts';

/** The chunks of a PNG file: type and data. */
function chunks(png: Uint8Array): [type: string, data: Buffer][] {
  const file = Buffer.from(png);
  const found: [string, Buffer][] = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    found.push([file.toString('latin1', at + 4, at + 8), file.subarray(at + 8, at + 8 + length)]);
    at += 12 + length;
  }
  return found;
}

it('is a PNG file of the given pixels', () => {
  const pixels = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
  const png = encodePng(2, 2, pixels);
  expect(Buffer.from(png.subarray(0, 8)).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const [header, data, end] = chunks(png);
  expect(header?.[1].readUInt32BE(0)).toBe(2);
  expect([...inflateSync(data![1])]).toEqual([0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 9, 9, 9]);
  expect(end?.[0]).toBe('IEND');
});

it('is the same for the same seed and another for another', () => {
  expect(sampleImage(1)).toEqual(sampleImage(1));
  expect(sampleImage(1)).not.toEqual(sampleImage(2));
});

it('has dark letters on a light sky', () => {
  const [, data] = chunks(sampleImage(0));
  const rows = inflateSync(data![1]);
  const stride = 320 * 3 + 1;
  const text = Array.from({ length: 7 }, (_, row) => {
    const y = 22 + row * 5;
    return Array.from({ length: 11 }, (_, column) =>
      rows[y * stride + 1 + (22 + column * 5) * 3]! < 60 ? '#' : '.',
    ).join('');
  });
  expect(text).toEqual([
    '#...#..####',
    '#...#.#....',
    '#...#.#....',
    '#####..###.',
    '#...#.....#',
    '#...#.....#',
    '#...#.####.',
  ]);
});
