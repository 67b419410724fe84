import { type InferenceResult } from '@hsi/backend-api';
import { type RgbaImage, type TensorData } from '../images/image.ts';

/** An input as the model's file declares it; a size that is free is undefined. */
export interface InputSpec {
  readonly name: string;
  readonly shape: readonly (number | undefined)[];
}

/** What one category does before and after its model runs. Pure. */
export interface Pipeline {
  /** The input, and how to read the output of that image. */
  prepare(
    image: RgbaImage,
    input: InputSpec,
    labels: readonly string[],
  ): { readonly input: TensorData; interpret(output: TensorData): InferenceResult };
}

/** Height and width of an image input; `fallback` where the file leaves them free. */
export function inputSize(
  input: InputSpec,
  fallback: number,
): { readonly width: number; readonly height: number } {
  const [height, width] = input.shape.slice(-2);
  return { width: width ?? fallback, height: height ?? fallback };
}

/** The size along one axis, or an error that says what the file's output should look like. */
export function axis(output: TensorData, index: number, expected: string): number {
  const size = output.shape.at(index);
  if (size === undefined || size === 0) {
    throw new Error(
      `The model's output has shape [${output.shape.join(', ')}]: expected ${expected}.`,
    );
  }
  return size;
}
