import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { asJpeg, asPng, gradient } from '../testing/images.ts';
import { decodeImage } from './decode.ts';

const LIMITS = { pixels: 10_000 };
const image = gradient(40, 30);
const png = asPng(image);
const jpeg = asJpeg(image);

function refusal(bytes: Buffer, type: string): { code: string; message: string } {
  try {
    decodeImage(bytes, type, LIMITS);
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('The image was taken.');
}

/** The same bytes, some of them replaced. */
function withBytes(bytes: Buffer, at: number, ...values: number[]): Buffer {
  const copy = Buffer.from(bytes);
  values.forEach((value, i) => (copy[at + i] = value));
  return copy;
}

describe('decoding', () => {
  it('gives the pixels of a PNG', () => {
    const decoded = decodeImage(png, 'image/png', LIMITS);
    expect([decoded.width, decoded.height]).toEqual([40, 30]);
    expect(Buffer.from(decoded.data)).toEqual(Buffer.from(image.data));
  });

  it('gives about the pixels of a JPEG', () => {
    const decoded = decodeImage(jpeg, 'image/jpeg', LIMITS);
    expect([decoded.width, decoded.height]).toEqual([40, 30]);
    const at = (15 * 40 + 20) * 4;
    expect(Math.abs(decoded.data[at]! - image.data[at]!)).toBeLessThan(12);
  });
});

describe('one valid image with one thing wrong', () => {
  it.each([
    ['no media type', png, '', 'unsupported-media-type'],
    ['another media type', png, 'image/gif', 'unsupported-media-type'],
    ['a JPEG called PNG', jpeg, 'image/png', 'bad-image'],
    ['a PNG called JPEG', png, 'image/jpeg', 'bad-image'],
    ['nothing', Buffer.alloc(0), 'image/png', 'bad-image'],
    ['text', Buffer.from('hello, this is not an image at all, really'), 'image/png', 'bad-image'],
    ['a torn PNG', png.subarray(0, png.length - 30), 'image/png', 'bad-image'],
    ['a torn JPEG', jpeg.subarray(0, 40), 'image/jpeg', 'bad-image'],
    [
      'a JPEG without a frame',
      Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 2]),
      'image/jpeg',
      'bad-image',
    ],
    ['a damaged PNG', withBytes(png, 60, 1, 2, 3), 'image/png', 'bad-image'],
    ['no width', withBytes(png, 16, 0, 0, 0, 0), 'image/png', 'bad-image'],
    [
      'a width of two billion',
      withBytes(png, 16, 0x7f, 0xff, 0xff, 0xff),
      'image/png',
      'image-too-large',
    ],
    ['interlacing', withBytes(png, 28, 1), 'image/png', 'bad-image'],
  ])('%s is refused', (_, bytes, type, code) => {
    expect(refusal(bytes, type)).toMatchObject({ code });
  });

  it('is refused by its size before it is decoded, with the size and the limit', () => {
    const large = asJpeg(gradient(200, 100));
    expect(refusal(large, 'image/jpeg')).toMatchObject({
      code: 'image-too-large',
      message: expect.stringMatching(/200 x 100 .* 0\.01 million/),
    });
  });
});
