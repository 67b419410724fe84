import type * as Onnx from 'onnxruntime-node';
import { type TensorData } from '../images/image.ts';
import { type InputSpec } from '../pipelines/pipeline.ts';
import { type Runtime, type Session } from './runtime.ts';

/**
 * ONNX Runtime, or the reason why it cannot run here (its native part has no build for this
 * system). With one thread all inference runs on JavaScript's own thread, where the profiler's
 * labels are; more threads are faster and carry no label.
 */
export async function startOnnxRuntime(
  threads: number,
  load: () => Promise<typeof Onnx> = () => import('onnxruntime-node'),
): Promise<Runtime | { readonly reason: string }> {
  let onnx: typeof Onnx;
  try {
    onnx = await load();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { reason: `ONNX Runtime does not run on this system: ${cause}` };
  }
  return {
    name: 'onnxruntime-node',
    version: onnx.env.versions.node,
    threads,
    open: (path) => open(onnx, path, threads),
  };
}

async function open(onnx: typeof Onnx, path: string, threads: number): Promise<Session> {
  const session = await onnx.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Errors reach the caller; the runtime's own lines would only repeat them on stderr.
    logSeverityLevel: 4,
  });
  const inputs = session.inputMetadata.map(inputSpec);
  const [input] = inputs;
  const [output] = session.outputNames;
  if (input === undefined || output === undefined || inputs.length !== 1) {
    await session.release();
    throw new Error(
      `${path} has ${inputs.length} inputs: a model with one image input is expected.`,
    );
  }
  return {
    inputs,
    run: (data) => run(onnx, session, input.name, output, data),
    dispose: () => session.release(),
  };
}

async function run(
  onnx: typeof Onnx,
  session: Onnx.InferenceSession,
  input: string,
  output: string,
  { data, shape }: TensorData,
): Promise<TensorData> {
  const tensor = new onnx.Tensor('float32', data, shape);
  const results = await session.run({ [input]: tensor }, [output]);
  const result = results[output];
  if (result === undefined || !(result.data instanceof Float32Array)) {
    throw new Error(`The output ${output} is ${result?.type ?? 'missing'}: float32 is expected.`);
  }
  return { shape: result.dims, data: result.data };
}

function inputSpec(meta: Onnx.InferenceSession.ValueMetadata): InputSpec {
  const shape = meta.isTensor ? meta.shape : [];
  return {
    name: meta.name,
    shape: shape.map((size) => (typeof size === 'number' && size > 0 ? size : undefined)),
  };
}
