import { type TensorData } from '../images/image.ts';
import { type InputSpec } from '../pipelines/pipeline.ts';

/** One model file in memory. */
export interface Session {
  readonly inputs: readonly InputSpec[];
  /** Runs on the one input; the first output. */
  run(input: TensorData): Promise<TensorData>;
  dispose(): Promise<void>;
}

/** What runs model files. */
export interface Runtime {
  readonly name: string;
  readonly version: string | undefined;
  /** Threads that one inference may use. */
  readonly threads: number;
  /** @throws Error when the file is not a model that it can run */
  open(path: string): Promise<Session>;
}
