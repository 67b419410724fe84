import type { Frame } from './frame.ts';

/** Channels as planes (all red, then green, then blue), 0 to 255. */
export interface Planes {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The picture scaled into a square, its shape kept, the rest grey; then normalised per channel. */
export function preprocessFrame(frame: Frame, size: number): Planes {
  return normalizeChannels(letterbox(frame, size));
}

export function letterbox(frame: Frame, size: number): Planes {
  const scale = size / Math.max(frame.width, frame.height);
  const width = Math.max(1, Math.round(frame.width * scale));
  const height = Math.max(1, Math.round(frame.height * scale));
  const scaled = resizeBilinear(frame, width, height);
  const values = new Float32Array(3 * size * size).fill(114);
  const left = (size - width) >> 1;
  const top = (size - height) >> 1;
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) {
      const from = (channel * height + y) * width;
      values.set(
        scaled.values.subarray(from, from + width),
        (channel * size + y + top) * size + left,
      );
    }
  }
  return { channels: 3, width: size, height: size, values };
}

export function resizeBilinear(frame: Frame, width: number, height: number): Planes {
  const values = new Float32Array(3 * width * height);
  const { pixels } = frame;
  for (let y = 0; y < height; y++) {
    const sourceY = Math.max(
      0,
      Math.min(frame.height - 1, ((y + 0.5) * frame.height) / height - 0.5),
    );
    const top = Math.floor(sourceY);
    const bottom = Math.min(frame.height - 1, top + 1);
    const down = sourceY - top;
    for (let x = 0; x < width; x++) {
      const sourceX = Math.max(
        0,
        Math.min(frame.width - 1, ((x + 0.5) * frame.width) / width - 0.5),
      );
      const left = Math.floor(sourceX);
      const right = Math.min(frame.width - 1, left + 1);
      const across = sourceX - left;
      for (let channel = 0; channel < 3; channel++) {
        const a = pixels[(top * frame.width + left) * 3 + channel]!;
        const b = pixels[(top * frame.width + right) * 3 + channel]!;
        const c = pixels[(bottom * frame.width + left) * 3 + channel]!;
        const d = pixels[(bottom * frame.width + right) * 3 + channel]!;
        const upper = a + (b - a) * across;
        const lower = c + (d - c) * across;
        values[(channel * height + y) * width + x] = upper + (lower - upper) * down;
      }
    }
  }
  return { channels: 3, width, height, values };
}

/** Mean and deviation of each channel as ImageNet has them. */
const MEAN = [123.675, 116.28, 103.53] as const;
const DEVIATION = [58.395, 57.12, 57.375] as const;

export function normalizeChannels(planes: Planes): Planes {
  const area = planes.width * planes.height;
  const values = new Float32Array(planes.values.length);
  for (let at = 0; at < values.length; at++) {
    const channel = Math.floor(at / area);
    values[at] = (planes.values[at]! - (MEAN[channel] ?? 0)) / (DEVIATION[channel] ?? 1);
  }
  return { ...planes, values };
}
