import { setImmediate as yieldToLoop } from 'node:timers/promises';
import { withProfilingLabels } from '@hsi/profiler';
import { seededRandom } from '../math/random.ts';
import { Backbone } from './backbone.ts';
import { decodeBoxes, nonMaxSuppression } from './boxes.ts';
import { Camera } from './frame.ts';
import { preprocessFrame } from './preprocess.ts';
import { ObjectTracker } from './tracker.ts';

const INPUT_SIZE = 192;
const CAMERAS = ['front-door', 'driveway', 'garden'];

/** RT-DETR's stand-in: finds and follows things in the pictures of three made-up cameras. */
export class RtDetrService {
  private readonly backbone = new Backbone([3, 8, 16, 24], seededRandom(11));
  private readonly cameras = CAMERAS.map((name, index) => ({
    name,
    camera: new Camera(index + 1),
    tracker: new ObjectTracker(),
  }));
  private turn = 0;

  /** Things that all cameras follow now. */
  get trackedCount(): number {
    return this.cameras.reduce((sum, { tracker }) => sum + tracker.size, 0);
  }

  /** Handles one picture of the next camera. */
  async step(): Promise<void> {
    const source = this.cameras[this.turn++ % this.cameras.length]!;
    await withProfilingLabels({ camera: source.name }, () => this.detectObjects(source));
  }

  private async detectObjects({ camera, tracker }: (typeof this.cameras)[number]): Promise<void> {
    const frame = camera.captureFrame();
    const input = preprocessFrame(frame, INPUT_SIZE);
    await yieldToLoop();
    const features = this.backbone.extractFeatures(input);
    await yieldToLoop();
    const candidates = decodeBoxes(features, INPUT_SIZE, 0.35);
    tracker.associateTracks(nonMaxSuppression(candidates, 0.5).slice(0, 60));
  }
}
