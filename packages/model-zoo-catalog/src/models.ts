import * as v from 'valibot';

/** What a model does; decides its pre-processing, its answer and its place in a list. */
export const MODEL_CATEGORIES = [
  'detection',
  'ocr',
  'embedding',
  'pose',
  'depth',
  'classification',
  'segmentation',
  'action-recognition',
  'quality',
  'vision-language',
] as const;

export const ModelCategory = v.picklist(MODEL_CATEGORIES);
export type ModelCategory = v.InferOutput<typeof ModelCategory>;

export const CatalogModel = v.object({
  /** Also the value of the profile label `model`. */
  name: v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)),
  category: ModelCategory,
  /** Video memory that the full model needs, in MB (10^6 bytes); 0 runs on the CPU. */
  vramMb: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** A disabled model is listed and cannot be loaded. */
  enabled: v.boolean(),
  /** Set when the entry is our reading of the specification, not its words. */
  assumption: v.optional(v.string()),
});
export type CatalogModel = v.InferOutput<typeof CatalogModel>;

/** Every model of the zoo, in the order of the specification. */
export const MODELS: readonly CatalogModel[] = [
  model('yolo11-license-plate', 'detection', 300),
  model('yolo11-face', 'detection', 200),
  model('paddleocr', 'ocr', 100),
  model('clip-vit-l', 'embedding', 800),
  model('yolo-world-s', 'detection', 1500),
  model('vitpose-small', 'pose', 1500),
  model('depth-anything-v2-small', 'depth', 150),
  model('violence-detection', 'classification', 500),
  model('weather-classification', 'classification', 200),
  model('segformer-b2-clothes', 'segmentation', 1500),
  model('xclip-base', 'action-recognition', 2000),
  model('fashion-clip', 'classification', 500),
  model('brisque-quality', 'quality', 0),
  model('vehicle-segment-classification', 'classification', 1500),
  model('vehicle-damage-detection', 'detection', 2000),
  model('pet-classifier', 'classification', 200),
  {
    ...model('florence-2-large', 'vision-language', 1200),
    enabled: false,
    assumption:
      'The specification says 17 models and lists 16. This is taken to be the 17th: registered but disabled, because it runs as a service of its own (Florence).',
  },
];

const byName = new Map(MODELS.map((entry) => [entry.name, entry]));

/** The catalog's entry of that name, or undefined for an unknown one. */
export function findModel(name: string): CatalogModel | undefined {
  return byName.get(name);
}

function model(name: string, category: ModelCategory, vramMb: number): CatalogModel {
  return { name, category, vramMb, enabled: true };
}
