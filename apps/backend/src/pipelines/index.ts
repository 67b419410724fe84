import { type ModelCategory } from '@hsi/model-zoo-catalog';
import { actionRecognition, classification, embedding } from './classes.ts';
import { detection } from './detection.ts';
import { depth, pose, segmentation } from './maps.ts';
import { type Pipeline } from './pipeline.ts';
import { quality } from './quality.ts';

/** How each category is run; `ocr` has two models and a runner of its own. */
export const PIPELINES: Readonly<Partial<Record<ModelCategory, Pipeline>>> = {
  detection,
  embedding,
  pose,
  depth,
  classification,
  segmentation,
  'action-recognition': actionRecognition,
  quality,
};
