import { seededRandom } from '../math/random.ts';
import { encodePng } from './png.ts';

const WIDTH = 320;
const HEIGHT = 200;
const LETTER_SCALE = 5;
const MARGIN = 20;

/** Letters of 5 x 7 points: seven rows of five bits, the leftmost bit is 16. */
const LETTERS: Readonly<Record<string, readonly number[]>> = {
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  M: [17, 27, 21, 21, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  R: [30, 17, 17, 30, 20, 18, 17],
  S: [15, 16, 16, 14, 1, 1, 30],
  '2': [14, 17, 1, 2, 4, 8, 31],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '7': [31, 1, 2, 4, 8, 8, 8],
};

/** A made-up picture of a door camera with a text on it, as a PNG file; another one per seed. */
export function sampleImage(seed: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const pixels = new Uint8Array(WIDTH * HEIGHT * 3);
  paintSky(pixels, 170 + random() * 60);
  for (let count = 0; count < 4; count++) {
    const left = Math.floor(random() * WIDTH * 0.8);
    const top = 90 + Math.floor(random() * 60);
    const colour = [random() * 200, random() * 200, random() * 200] as const;
    fillRect(pixels, left, top, 20 + random() * 60, 30 + random() * 60, colour);
  }
  writeText(pixels, ['HSI CAM 2', 'DOOR 47', 'SIDE 24'][seed % 3]!, MARGIN, MARGIN);
  return encodePng(WIDTH, HEIGHT, pixels);
}

function paintSky(pixels: Uint8Array, light: number): void {
  for (let at = 0; at < pixels.length; at += 3) {
    const shade = light - (at / pixels.length) * 60;
    pixels.set([shade, shade + 8, shade + 16], at);
  }
}

function fillRect(
  pixels: Uint8Array,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: readonly [number, number, number],
): void {
  for (let y = top; y < Math.min(HEIGHT, top + height); y++) {
    for (let x = left; x < Math.min(WIDTH, left + width); x++) {
      pixels.set(colour, (y * WIDTH + x) * 3);
    }
  }
}

function writeText(pixels: Uint8Array, text: string, left: number, top: number): void {
  for (const [index, letter] of [...text].entries()) {
    const rows = LETTERS[letter] ?? [];
    for (const [row, bits] of rows.entries()) {
      for (let column = 0; column < 5; column++) {
        if ((bits & (16 >> column)) === 0) continue;
        const x = left + (index * 6 + column) * LETTER_SCALE;
        fillRect(pixels, x, top + row * LETTER_SCALE, LETTER_SCALE, LETTER_SCALE, [20, 20, 24]);
      }
    }
  }
}
