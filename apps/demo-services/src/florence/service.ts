import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { withProfilingLabels } from '@hsi/profiler';
import type { Matrix } from '../math/matrix.ts';
import { seededRandom } from '../math/random.ts';
import { CaptionDecoder } from './caption.ts';
import { buildImagePyramid, type GreyImage } from './pyramid.ts';
import { VisionEncoder } from './vision-encoder.ts';

const IMAGE_SIDE = 192;
const FEATURE_WIDTH = 64;
const TASKS = ['caption', 'detailed-caption', 'region'] as const;
const CAPTION_WORDS = { caption: 8, 'detailed-caption': 20, region: 4 } as const;
const WORDS =
  'a the person dog cat car van package door garden driveway light night day walks stands leaves near behind and with in on at front dark white red two no one rain'.split(
    ' ',
  );
/** Pictures whose features stay in memory; the oldest goes first. */
const MAX_REMEMBERED = 200;

interface Remembered {
  readonly task: string;
  readonly caption: readonly string[];
  readonly features: readonly number[];
}

/** Florence's stand-in: looks at made-up pictures at several sizes and captions them. */
export class FlorenceService {
  private readonly random = seededRandom(3);
  private readonly encoder = new VisionEncoder(
    { patch: 12, width: FEATURE_WIDTH, heads: 4, window: 16 },
    seededRandom(17),
  );
  private readonly decoder = new CaptionDecoder(WORDS, FEATURE_WIDTH, seededRandom(23));
  private readonly remembered: Remembered[] = [];
  private turn = 0;

  get rememberedCount(): number {
    return this.remembered.length;
  }

  /** Looks at one picture. */
  async step(): Promise<void> {
    const task = TASKS[this.turn++ % TASKS.length]!;
    await withProfilingLabels({ task }, () => this.describeImage(task));
  }

  private async describeImage(task: (typeof TASKS)[number]): Promise<void> {
    const pyramid = buildImagePyramid(renderScene(IMAGE_SIDE, this.random), 3);
    await yieldToLoop();
    const features: Matrix[] = [];
    for (const level of pyramid) {
      features.push(this.encoder.encodeImage(level));
      await yieldToLoop();
    }
    const caption = this.decoder.beamSearch(features[0]!, CAPTION_WORDS[task], 3);
    this.remember({ task, caption, features: Array.from(features.at(-1)!.values) });
  }

  private remember(entry: Remembered): void {
    this.remembered.push(entry);
    if (this.remembered.length > MAX_REMEMBERED) this.remembered.shift();
  }
}

function renderScene(side: number, random: () => number): GreyImage {
  const values = new Float32Array(side * side);
  const [phase, pitch] = [random() * 6, 10 + random() * 20];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      values[y * side + x] = 0.5 + Math.sin(x / pitch + phase) * 0.25 + Math.cos(y / pitch) * 0.25;
    }
  }
  return { width: side, height: side, values };
}
