import { type CatalogModel } from '@hsi/model-zoo-catalog';

/** COCO's joints, in the order of ViTPose's heat maps. */
const JOINTS = [
  'nose',
  'left eye',
  'right eye',
  'left ear',
  'right ear',
  'left shoulder',
  'right shoulder',
  'left elbow',
  'right elbow',
  'left wrist',
  'right wrist',
  'left hip',
  'right hip',
  'left knee',
  'right knee',
  'left ankle',
  'right ankle',
];

const CLOTHES = [
  'background',
  'hat',
  'hair',
  'sunglasses',
  'upper clothes',
  'skirt',
  'trousers',
  'dress',
  'belt',
  'left shoe',
  'right shoe',
  'face',
  'left leg',
  'right leg',
  'left arm',
  'right arm',
  'bag',
  'scarf',
];

/** What each model tells apart, in the order of its output. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  'yolo11-license-plate': ['license plate'],
  'yolo11-face': ['face'],
  'yolo-world-s': ['person', 'package', 'bicycle', 'car', 'dog', 'cat', 'ladder', 'knife'],
  'vitpose-small': JOINTS,
  'violence-detection': ['calm', 'violence'],
  'weather-classification': ['clear', 'cloudy', 'fog', 'rain', 'snow'],
  'segformer-b2-clothes': CLOTHES,
  'xclip-base': ['walking', 'running', 'loitering', 'climbing', 'delivering', 'breaking in'],
  'fashion-clip': ['uniform', 'hoodie', 'suit', 'high-visibility vest', 'dress', 'mask'],
  'vehicle-segment-classification': ['car', 'van', 'truck', 'bus', 'motorcycle', 'bicycle'],
  'vehicle-damage-detection': [
    'dent',
    'scratch',
    'crack',
    'broken glass',
    'broken lamp',
    'flat tyre',
  ],
  'pet-classifier': ['cat', 'dog'],
};

/** The labels of a model's outputs; empty for models whose output has no classes. */
export function labelsOf(model: Pick<CatalogModel, 'name'>): readonly string[] {
  return LABELS[model.name] ?? [];
}

/** The label of one output, or `class 7` where the file has more classes than are known. */
export function labelAt(labels: readonly string[], index: number): string {
  return labels[index] ?? `class ${index}`;
}
