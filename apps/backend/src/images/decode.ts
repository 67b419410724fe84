import { Buffer } from 'node:buffer';
import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { ProblemError } from '../http/problems.ts';
import { type RgbaImage } from './image.ts';

export interface ImageLimits {
  /** Pixels that a decoded image may have; each takes four bytes and more while decoding. */
  readonly pixels: number;
}

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * Decodes a PNG or JPEG whose bytes are what the media type says. The size is read from the header
 * and checked before anything is inflated.
 * @throws ProblemError `bad-image`, `image-too-large`, `unsupported-media-type`
 */
export function decodeImage(bytes: Buffer, mediaType: string, limits: ImageLimits): RgbaImage {
  switch (mediaType) {
    case 'image/png':
      return decodePngImage(bytes, limits);
    case 'image/jpeg':
      return decodeJpegImage(bytes, limits);
    default:
      throw new ProblemError(
        'unsupported-media-type',
        `The image is ${mediaType || 'of no stated type'}: post image/png or image/jpeg.`,
      );
  }
}

function decodePngImage(bytes: Buffer, limits: ImageLimits): RgbaImage {
  const isPng = bytes.length > 33 && bytes.subarray(0, 8).equals(PNG_SIGNATURE);
  if (!isPng || bytes.toString('latin1', 12, 16) !== 'IHDR') {
    throw new ProblemError('bad-image', 'The body is not a PNG image.');
  }
  checkSize(bytes.readUInt32BE(16), bytes.readUInt32BE(20), limits);
  // pngjs inflates an interlaced image without a limit.
  if (bytes[28] !== 0) {
    throw new ProblemError('bad-image', 'The PNG is interlaced: save it without interlacing.');
  }
  try {
    const { width, height, data } = PNG.sync.read(bytes);
    return { width, height, data };
  } catch (error) {
    throw unreadable('PNG', error);
  }
}

function decodeJpegImage(bytes: Buffer, limits: ImageLimits): RgbaImage {
  const size = jpegSize(bytes);
  if (size === undefined) throw new ProblemError('bad-image', 'The body is not a JPEG image.');
  checkSize(size.width, size.height, limits);
  try {
    const { width, height, data } = decodeJpeg(bytes, {
      useTArray: true,
      formatAsRGBA: true,
      tolerantDecoding: false,
      maxResolutionInMP: Math.ceil(limits.pixels / 1e6),
      maxMemoryUsageInMB: 512,
    });
    return { width, height, data };
  } catch (error) {
    throw unreadable('JPEG', error);
  }
}

/** Size of the first frame, from its header; undefined when there is none. */
function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    if (marker === 0xda) return undefined;
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

function checkSize(width: number, height: number, limits: ImageLimits): void {
  if (width === 0 || height === 0) {
    throw new ProblemError('bad-image', `The image has no pixels (${width} x ${height}).`);
  }
  if (width * height > limits.pixels) {
    throw new ProblemError(
      'image-too-large',
      `The image has ${width} x ${height} pixels; at most ${limits.pixels / 1e6} million are taken. Scale it down.`,
    );
  }
}

function unreadable(format: string, error: unknown): ProblemError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ProblemError('bad-image', `The ${format} cannot be decoded: ${reason}`, {
    cause: error,
  });
}
