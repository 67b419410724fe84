import { seededRandom } from '../math/random.ts';

/** A camera picture: red, green, blue per pixel, row after row. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

const FRAME_WIDTH = 640;
const FRAME_HEIGHT = 360;

interface Mover {
  readonly x: number;
  readonly y: number;
  readonly speed: number;
  readonly width: number;
  readonly height: number;
  readonly colour: readonly [number, number, number];
}

/** A made-up camera: a still background with sensor noise and bright things that cross it. */
export class Camera {
  private readonly background: Uint8Array;
  private readonly movers: readonly Mover[];
  private readonly random: () => number;
  private time = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.background = paintBackground(this.random);
    this.movers = Array.from({ length: 5 }, () => ({
      x: this.random() * FRAME_WIDTH,
      y: this.random() * FRAME_HEIGHT * 0.7,
      speed: 2 + this.random() * 9,
      width: 30 + this.random() * 60,
      height: 40 + this.random() * 90,
      colour: [this.random() * 255, this.random() * 255, this.random() * 255],
    }));
  }

  captureFrame(): Frame {
    this.time++;
    const pixels = Uint8Array.from(this.background);
    for (const mover of this.movers) drawMover(pixels, mover, this.time);
    addSensorNoise(pixels, this.random);
    return { width: FRAME_WIDTH, height: FRAME_HEIGHT, pixels };
  }
}

function paintBackground(random: () => number): Uint8Array {
  const pixels = new Uint8Array(FRAME_WIDTH * FRAME_HEIGHT * 3);
  const warmth = random() * 40;
  for (let y = 0; y < FRAME_HEIGHT; y++) {
    for (let x = 0; x < FRAME_WIDTH; x++) {
      const at = (y * FRAME_WIDTH + x) * 3;
      const light = 40 + (y / FRAME_HEIGHT) * 60 + Math.sin(x / 37) * 10;
      pixels[at] = light + warmth;
      pixels[at + 1] = light;
      pixels[at + 2] = light + 20 - warmth / 2;
    }
  }
  return pixels;
}

function drawMover(pixels: Uint8Array, mover: Mover, time: number): void {
  const left = Math.floor((mover.x + mover.speed * time) % FRAME_WIDTH);
  const right = Math.min(FRAME_WIDTH, left + mover.width);
  const bottom = Math.min(FRAME_HEIGHT, mover.y + mover.height);
  for (let y = Math.floor(mover.y); y < bottom; y++) {
    for (let x = left; x < right; x++) {
      pixels.set(mover.colour, (y * FRAME_WIDTH + x) * 3);
    }
  }
}

function addSensorNoise(pixels: Uint8Array, random: () => number): void {
  for (let count = pixels.length >> 5; count > 0; count--) {
    const at = Math.floor(random() * pixels.length);
    pixels[at] = pixels[at]! ^ 7;
  }
}
