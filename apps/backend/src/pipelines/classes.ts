import { type InferenceResult } from '@hsi/backend-api';
import { CLIP, IMAGENET, middleOf, toTensor } from '../images/fit.ts';
import { type RgbaImage } from '../images/image.ts';
import { resample } from '../images/resample.ts';
import { labelAt } from './labels.ts';
import { axis, inputSize, type Pipeline } from './pipeline.ts';

/** The middle of the image, one score per class. */
export const classification: Pipeline = {
  prepare(image, input, labels) {
    const size = inputSize(input, 224);
    const pixels = resample(image, middleOf(image, size), size);
    return {
      input: toTensor(pixels, IMAGENET),
      interpret: (output) => topClasses(output.data, labels),
    };
  },
};

const FRAMES = 8;

/** One still image stands for a video: eight frames that pan across it. */
export const actionRecognition: Pipeline = {
  prepare(image, input, labels) {
    const size = inputSize(input, 224);
    const frames = input.shape[1] ?? FRAMES;
    const frameLength = 3 * size.width * size.height;
    const data = new Float32Array(frames * frameLength);
    for (let frame = 0; frame < frames; frame++) {
      data.set(panFrame(image, size, frame / Math.max(1, frames - 1)), frame * frameLength);
    }
    return {
      input: { shape: [1, frames, 3, size.height, size.width], data },
      interpret: (output) => topClasses(output.data, labels),
    };
  },
};

function panFrame(
  image: RgbaImage,
  size: { readonly width: number; readonly height: number },
  position: number,
): Float32Array {
  const middle = middleOf(image, size);
  const width = middle.width * 0.8;
  const height = middle.height * 0.8;
  const x = (image.width - width) * position;
  const y = (image.height - height) / 2;
  return toTensor(resample(image, { x, y, width, height }, size), CLIP).data;
}

/** The five most likely classes. */
function topClasses(logits: Float32Array, labels: readonly string[]): InferenceResult {
  const items = softmax(logits)
    .map((score, index) => ({ label: labelAt(labels, index), score }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 5);
  return { kind: 'classes', items };
}

export function softmax(logits: Float32Array): number[] {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The image as a unit vector. */
export const embedding: Pipeline = {
  prepare(image, input) {
    const size = inputSize(input, 224);
    const pixels = resample(image, middleOf(image, size), size);
    return {
      input: toTensor(pixels, CLIP),
      interpret(output) {
        const dimensions = axis(output, -1, '[1, dimensions]');
        const vector = output.data.subarray(0, dimensions);
        const length = Math.hypot(...vector) || 1;
        const preview = Array.from(vector.subarray(0, 8), (value) => value / length);
        return { kind: 'embedding', dimensions, preview };
      },
    };
  },
};
