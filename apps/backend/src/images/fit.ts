import { type RgbaImage, type TensorData } from './image.ts';
import { type PixelSize, type Region, resample, type RgbPlanes } from './resample.ts';

/** How values become a model's input: `(value / 255 - mean) / std` for red, green and blue. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export const UNIT: Normalisation = { mean: [0, 0, 0], std: [1, 1, 1] };
export const IMAGENET: Normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
export const CLIP: Normalisation = {
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

/** Where the image lies in a model's input: `input = image * scale + offset`. */
export interface Placement {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export function wholeOf(image: PixelSize): Region {
  return { x: 0, y: 0, width: image.width, height: image.height };
}

/** The largest region in the middle that has the target's proportions. */
export function middleOf(image: PixelSize, target: PixelSize): Region {
  const scale = Math.min(image.width / target.width, image.height / target.height);
  const width = target.width * scale;
  const height = target.height * scale;
  return { x: (image.width - width) / 2, y: (image.height - height) / 2, width, height };
}

/** The whole image in the middle of the target, with grey bars (YOLO's letterbox, value 114). */
export function letterbox(
  image: RgbaImage,
  target: PixelSize,
): { pixels: RgbPlanes; placement: Placement } {
  const scale = Math.min(target.width / image.width, target.height / image.height);
  const inner = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  const offsetX = Math.floor((target.width - inner.width) / 2);
  const offsetY = Math.floor((target.height - inner.height) / 2);
  const scaled = resample(image, wholeOf(image), inner);
  const planes = scaled.planes.map((plane) => {
    const bars = new Float32Array(target.width * target.height).fill(114);
    for (let y = 0; y < inner.height; y++) {
      const row = plane.subarray(y * inner.width, (y + 1) * inner.width);
      bars.set(row, (y + offsetY) * target.width + offsetX);
    }
    return bars;
  }) as unknown as RgbPlanes['planes'];
  return { pixels: { ...target, planes }, placement: { scale, offsetX, offsetY } };
}

/** `[1, 3, height, width]` */
export function toTensor(
  pixels: RgbPlanes,
  { mean, std }: Normalisation,
  order: 'rgb' | 'bgr' = 'rgb',
): TensorData {
  const area = pixels.width * pixels.height;
  const data = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const plane = pixels.planes[order === 'rgb' ? channel : 2 - channel]!;
    const factor = 1 / (255 * std[channel]!);
    const shift = mean[channel]! / std[channel]!;
    const base = channel * area;
    for (let i = 0; i < area; i++) data[base + i] = plane[i]! * factor - shift;
  }
  return { shape: [1, 3, pixels.height, pixels.width], data };
}
