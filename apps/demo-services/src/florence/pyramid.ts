/** A grey picture, 0 to 1, row after row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

const GAUSS = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16] as const;

/** The picture, and halved copies of it until `levels` are there. */
export function buildImagePyramid(image: GreyImage, levels: number): GreyImage[] {
  const pyramid = [image];
  while (pyramid.length < levels) pyramid.push(halveImage(gaussianBlur(pyramid.at(-1)!)));
  return pyramid;
}

export function gaussianBlur(image: GreyImage): GreyImage {
  return blurAlong(blurAlong(image, 1, 0), 0, 1);
}

function blurAlong(image: GreyImage, stepX: number, stepY: number): GreyImage {
  const { width, height } = image;
  const values = new Float32Array(image.values.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let tap = -2; tap <= 2; tap++) {
        const column = Math.min(width - 1, Math.max(0, x + tap * stepX));
        const row = Math.min(height - 1, Math.max(0, y + tap * stepY));
        sum += image.values[row * width + column]! * GAUSS[tap + 2]!;
      }
      values[y * width + x] = sum;
    }
  }
  return { width, height, values };
}

export function halveImage(image: GreyImage): GreyImage {
  const width = image.width >> 1;
  const height = image.height >> 1;
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      values[y * width + x] = image.values[y * 2 * image.width + x * 2]!;
  }
  return { width, height, values };
}
