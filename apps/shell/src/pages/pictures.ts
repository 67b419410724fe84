/** An image that a model can be run on. */
export interface Picture {
  /** What is sent. */
  readonly blob: Blob;
  /** What is shown. */
  readonly pixels: HTMLCanvasElement | ImageBitmap;
  readonly width: number;
  readonly height: number;
  /** Describes it in a few words. */
  readonly label: string;
}

/** Media types that the backend takes. */
export const FILE_TYPES: readonly string[] = ['image/png', 'image/jpeg'];
/** Bytes that the gateway and the backend take. */
const FILE_BYTES = 8_000_000;
export const FILE_RULE = 'PNG or JPEG, at most 8 MB and 16 megapixels';

/** @throws Error with a sentence when the file is no image that can be run on */
export async function pictureOfFile(file: File): Promise<Picture> {
  if (!FILE_TYPES.includes(file.type)) {
    throw new Error(`${file.name} is ${file.type || 'of no known type'}. Choose a PNG or JPEG.`);
  }
  if (file.size > FILE_BYTES) {
    const size = (file.size / 1e6).toFixed(1);
    throw new Error(`${file.name} has ${size} MB; at most 8 MB are taken. Choose a smaller one.`);
  }
  try {
    const pixels = await createImageBitmap(file);
    const { width, height } = pixels;
    return { blob: file, pixels, width, height, label: file.name };
  } catch {
    throw new Error(`${file.name} cannot be read as an image. Choose another one.`);
  }
}

type Draw = (context: CanvasRenderingContext2D) => void;

interface Sample {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly draw: Draw;
}

const SIGN: Sample = {
  width: 640,
  height: 240,
  label: 'Sample image: a sign with text',
  draw: (context) => {
    rectangle(context, '#ffffff', 0, 0, 640, 240);
    rectangle(context, '#1f2937', 0, 0, 640, 12);
    context.fillStyle = '#111827';
    context.textBaseline = 'alphabetic';
    context.font = 'bold 64px Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
    context.fillText('FRONT GATE', 40, 110);
    context.font = '40px Arial, "Liberation Sans", "DejaVu Sans", sans-serif';
    context.fillText('Camera 4   06:42', 40, 190);
  },
};

const STREET: Sample = {
  width: 640,
  height: 400,
  label: 'Sample image: a drawn street with a house, a car and a person',
  draw: (context) => {
    const sky = context.createLinearGradient(0, 0, 0, 240);
    sky.addColorStop(0, '#5b8fc9');
    sky.addColorStop(1, '#d8e6f2');
    rectangle(context, sky, 0, 0, 640, 240);
    rectangle(context, '#5f7f3f', 0, 240, 640, 60);
    rectangle(context, '#4b4f55', 0, 300, 640, 100);
    for (let x = 20; x < 640; x += 100) rectangle(context, '#e5e0c8', x, 346, 50, 6);
    rectangle(context, '#b08562', 60, 130, 180, 140);
    triangle(context, '#7c3f35', [40, 130], [150, 60], [260, 130]);
    rectangle(context, '#4a3426', 130, 200, 40, 70);
    rectangle(context, '#cfe3ee', 80, 155, 36, 36);
    rectangle(context, '#cfe3ee', 184, 155, 36, 36);
    rectangle(context, '#5c4430', 556, 180, 16, 90);
    circle(context, '#3f6b2f', 564, 160, 48);
    rectangle(context, '#b3262d', 300, 270, 200, 56);
    rectangle(context, '#8f1d24', 340, 232, 116, 42);
    rectangle(context, '#cfe3ee', 350, 240, 44, 30);
    rectangle(context, '#cfe3ee', 402, 240, 44, 30);
    circle(context, '#17181a', 340, 328, 22);
    circle(context, '#17181a', 460, 328, 22);
    rectangle(context, '#f5f5f0', 304, 296, 44, 16);
    context.fillStyle = '#111827';
    context.font = 'bold 12px Arial, sans-serif';
    context.fillText('HSI 42', 306, 308);
    circle(context, '#d9a47c', 272, 226, 11);
    rectangle(context, '#274b7a', 260, 238, 24, 44);
    rectangle(context, '#22252b', 262, 282, 8, 38);
    rectangle(context, '#22252b', 274, 282, 8, 38);
  },
};

/**
 * The sample for a category of models, drawn here so that nothing has to be fetched.
 * @throws Error with a sentence when this browser cannot draw
 */
export async function samplePicture(category: string): Promise<Picture> {
  const { width, height, label, draw } = category === 'ocr' ? SIGN : STREET;
  const pixels = document.createElement('canvas');
  pixels.width = width;
  pixels.height = height;
  const context = pixels.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw the sample. Choose an image.');
  draw(context);
  const blob = await new Promise<Blob | null>((resolve) => pixels.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('This browser cannot make the sample. Choose an image.');
  return { blob, pixels, width, height, label };
}

function rectangle(
  context: CanvasRenderingContext2D,
  fill: string | CanvasGradient,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  context.fillStyle = fill;
  context.fillRect(x, y, width, height);
}

function circle(context: CanvasRenderingContext2D, fill: string, x: number, y: number, r: number) {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.fill();
}

type Point = readonly [x: number, y: number];

function triangle(context: CanvasRenderingContext2D, fill: string, a: Point, b: Point, c: Point) {
  context.fillStyle = fill;
  context.beginPath();
  context.moveTo(...a);
  context.lineTo(...b);
  context.lineTo(...c);
  context.fill();
}
