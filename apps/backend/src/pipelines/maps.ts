import { IMAGENET, letterbox, toTensor, wholeOf } from '../images/fit.ts';
import { type TensorData } from '../images/image.ts';
import { resample } from '../images/resample.ts';
import { labelAt } from './labels.ts';
import { axis, inputSize, type Pipeline } from './pipeline.ts';

/** Heat maps `[1, joints, height, width]`; the whole image stands for the person's box. */
export const pose: Pipeline = {
  prepare(image, input, labels) {
    const size = inputSize(input, 256);
    const { pixels, placement } = letterbox(image, size);
    return {
      input: toTensor(pixels, IMAGENET),
      interpret(output) {
        const width = axis(output, -1, '[1, joints, height, width]');
        const height = axis(output, -2, '[1, joints, height, width]');
        const joints = axis(output, -3, '[1, joints, height, width]');
        const keypoints = Array.from({ length: joints }, (_, joint) => {
          const peak = highest(output, joint * width * height, width * height);
          const inputX = ((peak.index % width) + 0.5) * (size.width / width);
          const inputY = (Math.floor(peak.index / width) + 0.5) * (size.height / height);
          return {
            name: labelAt(labels, joint),
            x: (inputX - placement.offsetX) / placement.scale,
            y: (inputY - placement.offsetY) / placement.scale,
            score: peak.value,
          };
        });
        return { kind: 'pose', keypoints };
      },
    };
  },
};

function highest(
  { data }: TensorData,
  from: number,
  length: number,
): { index: number; value: number } {
  let index = 0;
  let value = -Infinity;
  for (let i = 0; i < length; i++) {
    if (data[from + i]! > value) {
      value = data[from + i]!;
      index = i;
    }
  }
  return { index, value };
}

const GRID = 8;

/** Inverse depth `[1, height, width]`: larger is nearer. */
export const depth: Pipeline = {
  prepare(image, input) {
    const size = inputSize(input, 518);
    return {
      input: toTensor(resample(image, wholeOf(image), size), IMAGENET),
      interpret(output) {
        const width = axis(output, -1, '[1, height, width]');
        const height = axis(output, -2, '[1, height, width]');
        const { min, max, mean } = range(output.data);
        const span = max - min || 1;
        const grid = Array.from({ length: GRID }, (_, row) =>
          Array.from({ length: GRID }, (_, column) => {
            const y = Math.floor(((row + 0.5) * height) / GRID);
            const x = Math.floor(((column + 0.5) * width) / GRID);
            return (output.data[y * width + x]! - min) / span;
          }),
        );
        return { kind: 'depth', min, max, mean, grid };
      },
    };
  },
};

function range(values: Float32Array): { min: number; max: number; mean: number } {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return { min, max, mean: sum / values.length };
}

/** Class logits `[1, classes, height, width]`; the answer is each class's share of the area. */
export const segmentation: Pipeline = {
  prepare(image, input, labels) {
    const size = inputSize(input, 512);
    return {
      input: toTensor(resample(image, wholeOf(image), size), IMAGENET),
      interpret(output) {
        const area = axis(output, -1, '[1, classes, height, width]') * axis(output, -2, '');
        const classes = axis(output, -3, '[1, classes, height, width]');
        const counts = countWinners(output.data, classes, area);
        const items = [...counts]
          .map(([index, count]) => ({ label: labelAt(labels, index), share: count / area }))
          .sort((a, b) => b.share - a.share);
        return { kind: 'segments', items };
      },
    };
  },
};

function countWinners(data: Float32Array, classes: number, area: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let pixel = 0; pixel < area; pixel++) {
    let winner = 0;
    for (let index = 1; index < classes; index++) {
      if (data[index * area + pixel]! > data[winner * area + pixel]!) winner = index;
    }
    counts.set(winner, (counts.get(winner) ?? 0) + 1);
  }
  return counts;
}
