import { type RgbaImage } from '../images/image.ts';
import { resample } from '../images/resample.ts';
import { type Pipeline } from './pipeline.ts';

/** Longer side that the features are taken from; the second scale is half of it. */
const LONGER_SIDE = 384;

/**
 * BRISQUE (Mittal, Moorthy, Bovik 2012): 36 statistics of the locally normalised luminance at two
 * scales, then a regression. Output `[1, 1]`, 0 to 1.
 */
export const quality: Pipeline = {
  prepare(image) {
    return {
      input: { shape: [1, 36], data: brisqueFeatures(image) },
      interpret: (output) => ({
        kind: 'quality',
        score: Math.min(100, Math.max(0, (output.data[0] ?? 0) * 100)),
      }),
    };
  },
};

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export function brisqueFeatures(image: RgbaImage): Float32Array {
  const scale = Math.min(1, LONGER_SIDE / Math.max(image.width, image.height));
  const features: number[] = [];
  for (const factor of [scale, scale / 2]) {
    const plane = luminance(image, factor);
    features.push(...scaleFeatures(normaliseLocally(plane)));
  }
  return Float32Array.from(features, (value) => (Number.isFinite(value) ? value : 0));
}

function luminance(image: RgbaImage, factor: number): Plane {
  const width = Math.max(8, Math.round(image.width * factor));
  const height = Math.max(8, Math.round(image.height * factor));
  const whole = { x: 0, y: 0, width: image.width, height: image.height };
  const [red, green, blue] = resample(image, whole, { width, height }).planes;
  const data = new Float32Array(width * height);
  for (let i = 0; i < data.length; i++) {
    data[i] = 0.299 * red[i]! + 0.587 * green[i]! + 0.114 * blue[i]!;
  }
  return { width, height, data };
}

/** Mean-subtracted contrast-normalised coefficients: `(value - mean) / (deviation + 1)`. */
function normaliseLocally(plane: Plane): Plane {
  const squares = { ...plane, data: plane.data.map((value) => value * value) };
  const mean = blur(plane);
  const meanOfSquares = blur(squares);
  const data = plane.data.map((value, i) => {
    const variance = Math.max(0, meanOfSquares.data[i]! - mean.data[i]! ** 2);
    return (value - mean.data[i]!) / (Math.sqrt(variance) + 1);
  });
  return { ...plane, data };
}

const KERNEL = gaussian(3, 7 / 6);

function gaussian(reach: number, sigma: number): Float32Array {
  const values = Float32Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)),
  );
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((value) => value / sum);
}

function blur(plane: Plane): Plane {
  return blurAlong(blurAlong(plane, 1, 0), 0, 1);
}

/** Edges repeat outwards. */
function blurAlong({ width, height, data }: Plane, stepX: number, stepY: number): Plane {
  const reach = (KERNEL.length - 1) / 2;
  const result = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        const atX = Math.min(width - 1, Math.max(0, x + k * stepX));
        const atY = Math.min(height - 1, Math.max(0, y + k * stepY));
        sum += KERNEL[k + reach]! * data[atY * width + atX]!;
      }
      result[y * width + x] = sum;
    }
  }
  return { width, height, data: result };
}

/** 18 statistics: shape and variance, then four for each of the four directions. */
function scaleFeatures(plane: Plane): number[] {
  const { alpha, left, right } = fitGaussian(plane.data);
  const features = [alpha, (left ** 2 + right ** 2) / 2];
  for (const [dx, dy] of [
    [1, 0],
    [0, 1],
    [1, 1],
    [1, -1],
  ] as const) {
    const fit = fitGaussian(neighbourProducts(plane, dx, dy));
    const mean = (fit.right - fit.left) * gammaRatio(fit.alpha);
    features.push(fit.alpha, mean, fit.left ** 2, fit.right ** 2);
  }
  return features;
}

function neighbourProducts({ width, height, data }: Plane, dx: number, dy: number): Float32Array {
  const result: number[] = [];
  for (let y = Math.max(0, -dy); y < height - Math.max(0, dy); y++) {
    for (let x = 0; x < width - dx; x++) {
      result.push(data[y * width + x]! * data[(y + dy) * width + x + dx]!);
    }
  }
  return Float32Array.from(result);
}

/** Shape and one-sided deviations of an asymmetric generalised Gaussian, by moment matching. */
function fitGaussian(values: Float32Array): { alpha: number; left: number; right: number } {
  let leftSum = 0;
  let leftCount = 0;
  let rightSum = 0;
  let absolute = 0;
  for (const value of values) {
    absolute += Math.abs(value);
    if (value < 0) {
      leftSum += value * value;
      leftCount += 1;
    } else rightSum += value * value;
  }
  const count = values.length;
  const left = Math.sqrt(leftSum / Math.max(1, leftCount));
  const right = Math.sqrt(rightSum / Math.max(1, count - leftCount));
  const ratio = left / (right || 1) || 1;
  const likeness = (absolute / count) ** 2 / ((leftSum + rightSum) / count || 1);
  const wanted = (likeness * (ratio ** 3 + 1) * (ratio + 1)) / (ratio ** 2 + 1) ** 2;
  return { alpha: nearestShape(wanted), left, right };
}

const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

const SHAPES = Float64Array.from({ length: 490 }, (_, i) => 0.2 + i * 0.02);
const SHAPE_RATIOS = SHAPES.map((alpha) =>
  Math.exp(2 * logGamma(2 / alpha) - logGamma(1 / alpha) - logGamma(3 / alpha)),
);

function nearestShape(ratio: number): number {
  let best = 0;
  for (let i = 1; i < SHAPES.length; i++) {
    if (Math.abs(SHAPE_RATIOS[i]! - ratio) < Math.abs(SHAPE_RATIOS[best]! - ratio)) best = i;
  }
  return SHAPES[best]!;
}

function gammaRatio(alpha: number): number {
  return Math.exp(logGamma(2 / alpha) - 0.5 * (logGamma(1 / alpha) + logGamma(3 / alpha)));
}

/** Logarithm of the gamma function for positive x (Lanczos). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const y = x - 1;
  const t = y + LANCZOS.length - 0.5;
  const sum = LANCZOS.reduce((total, c, i) => total + c / (y + i + 1), 0.99999999999980993);
  return 0.5 * Math.log(2 * Math.PI) + (y + 0.5) * Math.log(t) - t + Math.log(sum);
}
