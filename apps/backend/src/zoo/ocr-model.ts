import { readFile } from 'node:fs/promises';
import { type Box } from '@hsi/backend-api';
import { IMAGENET, toTensor, wholeOf } from '../images/fit.ts';
import { type RgbaImage, type TensorData } from '../images/image.ts';
import { resample } from '../images/resample.ts';
import { textBoxes } from '../pipelines/text-boxes.ts';
import { alphabet, readLine } from '../pipelines/text-lines.ts';
import { type LoadedModel, PhaseClock } from './model-runner.ts';
import { type Runtime } from './runtime.ts';

const DETECTION_SIDE = 960;
/** PP-OCR's networks halve the size five times. */
const DETECTION_STEP = 32;
const LINE_HEIGHT = 48;
const LINE_WIDTHS = { least: 48, most: 1280 };
const MAXIMUM_LINES = 60;
const MINIMUM_LINE_SCORE = 0.5;
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

/** PP-OCR: one network finds the lines, another reads each. Real weights. */
export async function openOcrModel(
  runtime: Runtime,
  files: { detectionPath: string; recognitionPath: string; dictionaryPath: string },
): Promise<LoadedModel> {
  const characters = alphabet(await readFile(files.dictionaryPath, 'utf8'));
  const detector = await runtime.open(files.detectionPath);
  const reader = await runtime.open(files.recognitionPath).catch(async (error: unknown) => {
    await detector.dispose();
    throw error;
  });
  return {
    weights: 'real',
    async dispose() {
      await detector.dispose();
      await reader.dispose();
    },
    async run(image) {
      const clock = new PhaseClock();
      const input = detectionInput(image);
      clock.end('preprocessMs');
      const map = await detector.run(input);
      clock.end('inferenceMs');
      const boxes = textBoxes(map).slice(0, MAXIMUM_LINES);
      clock.end('postprocessMs');

      const lines: { text: string; score: number; box: Box }[] = [];
      for (const found of boxes) {
        const box = toImage(found.box, map, image);
        const line = lineInput(image, box);
        clock.end('preprocessMs');
        const output = await reader.run(line);
        clock.end('inferenceMs');
        const { text, score } = readLine(output, characters);
        if (text.trim() !== '' && score >= MINIMUM_LINE_SCORE) lines.push({ text, score, box });
        clock.end('postprocessMs');
      }
      return { result: { kind: 'text', lines }, timing: clock.phases };
    },
  };
}

/** The image at most `DETECTION_SIDE` long, in sizes that the network can halve. */
function detectionInput(image: RgbaImage): TensorData {
  const scale = Math.min(1, DETECTION_SIDE / Math.max(image.width, image.height));
  const fit = (side: number) =>
    Math.max(1, Math.round((side * scale) / DETECTION_STEP)) * DETECTION_STEP;
  const size = { width: fit(image.width), height: fit(image.height) };
  return toTensor(resample(image, wholeOf(image), size), IMAGENET, 'bgr');
}

function toImage([x, y, width, height]: Box, map: TensorData, image: RgbaImage): Box {
  const scaleX = image.width / (map.shape.at(-1) ?? 1);
  const scaleY = image.height / (map.shape.at(-2) ?? 1);
  return [x * scaleX, y * scaleY, width * scaleX, height * scaleY];
}

function lineInput(image: RgbaImage, [x, y, width, height]: Box): TensorData {
  const wanted = Math.round((LINE_HEIGHT * width) / height);
  const lineWidth = Math.min(LINE_WIDTHS.most, Math.max(LINE_WIDTHS.least, wanted));
  const pixels = resample(
    image,
    { x, y, width, height },
    { width: lineWidth, height: LINE_HEIGHT },
  );
  return toTensor(pixels, HALF, 'bgr');
}
