import { type InferenceResult } from '@hsi/backend-api';
import { type RgbaImage } from '../images/image.ts';
import { type Pipeline } from '../pipelines/pipeline.ts';
import { type Session } from './runtime.ts';

/** Milliseconds of each phase. */
export interface RunTiming {
  preprocessMs: number;
  inferenceMs: number;
  postprocessMs: number;
}

/** A model in memory, ready to run on an image. */
export interface LoadedModel {
  readonly weights: 'demo' | 'real';
  run(image: RgbaImage): Promise<{ result: InferenceResult; timing: RunTiming }>;
  dispose(): Promise<void>;
}

/** A model of one file and one pipeline. */
export function singleSessionModel(
  session: Session,
  pipeline: Pipeline,
  labels: readonly string[],
  weights: 'demo' | 'real',
): LoadedModel {
  const [input] = session.inputs;
  if (input === undefined) throw new Error('The model has no input.');
  return {
    weights,
    dispose: () => session.dispose(),
    async run(image) {
      const timing = new PhaseClock();
      const prepared = pipeline.prepare(image, input, labels);
      timing.end('preprocessMs');
      const output = await session.run(prepared.input);
      timing.end('inferenceMs');
      const result = prepared.interpret(output);
      timing.end('postprocessMs');
      return { result, timing: timing.phases };
    },
  };
}

/** Adds up what each phase takes. */
export class PhaseClock {
  readonly phases: RunTiming = { preprocessMs: 0, inferenceMs: 0, postprocessMs: 0 };
  #since = performance.now();

  /** The time since the last call belongs to that phase. */
  end(phase: keyof RunTiming): void {
    const now = performance.now();
    this.phases[phase] += now - this.#since;
    this.#since = now;
  }
}
