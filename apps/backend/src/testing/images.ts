import { Buffer } from 'node:buffer';
import { encode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { type RgbaImage } from '../images/image.ts';

/** An image whose pixels a function gives, as `[red, green, blue]`. */
export function paint(
  width: number,
  height: number,
  pixel: (x: number, y: number) => readonly [number, number, number],
): RgbaImage {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([...pixel(x, y), 255], (y * width + x) * 4);
  }
  return { width, height, data };
}

/** Red grows to the right, green downwards. */
export function gradient(width: number, height: number): RgbaImage {
  return paint(width, height, (x, y) => [(x * 255) / width, (y * 255) / height, 128]);
}

export function asPng(image: RgbaImage): Buffer {
  const png = new PNG({ width: image.width, height: image.height });
  png.data = Buffer.from(image.data);
  return PNG.sync.write(png);
}

export function asJpeg(image: RgbaImage): Buffer {
  return Buffer.from(encode(image, 90).data);
}
