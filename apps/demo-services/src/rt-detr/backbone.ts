import { randomWeights } from '../math/random.ts';
import type { Planes } from './preprocess.ts';

interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Float32Array;
}

/** A small convolution network with random weights: every layer halves the picture. */
export class Backbone {
  private readonly layers: readonly Layer[];

  constructor(widths: readonly number[], random: () => number) {
    this.layers = widths.slice(1).map((outputs, index) => {
      const inputs = widths[index]!;
      return { inputs, outputs, weights: randomWeights(outputs * inputs * 9, inputs * 9, random) };
    });
  }

  extractFeatures(input: Planes): Planes {
    return this.layers.reduce((planes, layer) => rectify(convolve3x3(planes, layer)), input);
  }
}

/** 3x3 convolution with stride 2 and a border of zeros. */
export function convolve3x3(input: Planes, layer: Layer): Planes {
  const width = Math.ceil(input.width / 2);
  const height = Math.ceil(input.height / 2);
  const values = new Float32Array(layer.outputs * width * height);
  for (let output = 0; output < layer.outputs; output++) {
    for (let channel = 0; channel < layer.inputs; channel++) {
      const kernel = (output * layer.inputs + channel) * 9;
      const plane = channel * input.width * input.height;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let ky = 0; ky < 3; ky++) {
            const row = y * 2 + ky - 1;
            if (row < 0 || row >= input.height) continue;
            for (let kx = 0; kx < 3; kx++) {
              const column = x * 2 + kx - 1;
              if (column < 0 || column >= input.width) continue;
              sum +=
                layer.weights[kernel + ky * 3 + kx]! *
                input.values[plane + row * input.width + column]!;
            }
          }
          values[(output * height + y) * width + x]! += sum;
        }
      }
    }
  }
  return { channels: layer.outputs, width, height, values };
}

function rectify(planes: Planes): Planes {
  for (let at = 0; at < planes.values.length; at++) {
    if (planes.values[at]! < 0) planes.values[at] = 0;
  }
  return planes;
}
