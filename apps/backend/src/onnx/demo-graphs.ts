import { type CatalogModel, type ModelCategory } from '@hsi/model-zoo-catalog';
import { labelsOf } from '../pipelines/labels.ts';
import { GraphBuilder, type Value } from './graph-builder.ts';

/**
 * A small graph with the inputs, the outputs and the kinds of layers of a category's real models,
 * with random weights: its work is real, its answers mean nothing. Undefined for categories that
 * have no demo (`ocr` runs real weights, `vision-language` runs elsewhere).
 */
export function demoGraph(model: CatalogModel): Uint8Array | undefined {
  return GRAPHS[model.category]?.(model);
}

const GRAPHS: Partial<Record<ModelCategory, (model: CatalogModel) => Uint8Array>> = {
  detection,
  embedding,
  pose,
  depth,
  classification,
  segmentation,
  'action-recognition': actions,
  quality,
};

/** YOLO's contract: `[1, 4 + classes, cells]`, centre and size in pixels, class scores 0 to 1. */
function detection(model: CatalogModel): Uint8Array {
  const size = 256;
  const graph = new GraphBuilder(model.name, model.name);
  const classes = labelsOf(model).length;
  const features = backbone(graph, graph.input('images', [1, 3, size, size]), [16, 32, 48, 64]);
  const grid = size / 16;
  const cells = grid * grid;

  const raw = graph.reshape(graph.conv(features, [64, 4], { kernel: 1, rectify: false }), [
    1,
    4,
    cells,
  ]);
  const [centres, spans] = cellGeometry(grid, 16);
  const half = graph.op('Sigmoid', [raw]);
  const scaled = graph.op('Mul', [half, graph.constant([1, 4, cells], spans)]);
  const boxes = graph.op('Add', [scaled, graph.constant([1, 4, cells], centres)]);

  const logits = graph.conv(features, [64, classes], { kernel: 1, rectify: false });
  const scores = graph.op('Sigmoid', [graph.reshape(logits, [1, classes, cells])]);
  const all = graph.op('Concat', [boxes, scores], { axis: 1 });
  graph.output(all, 'output0', [1, 4 + classes, cells]);
  return graph.finish();
}

/** For `sigmoid(raw) * spans + centres`: x and y stay within their cell, sizes within 4 cells. */
function cellGeometry(grid: number, stride: number): [Float32Array, Float32Array] {
  const cells = grid * grid;
  const offsets = new Float32Array(4 * cells);
  const spans = new Float32Array(4 * cells);
  for (let cell = 0; cell < cells; cell++) {
    offsets[cell] = (cell % grid) * stride;
    offsets[cells + cell] = Math.floor(cell / grid) * stride;
    offsets[2 * cells + cell] = offsets[3 * cells + cell] = stride;
    spans[cell] = spans[cells + cell] = stride;
    spans[2 * cells + cell] = spans[3 * cells + cell] = 3 * stride;
  }
  return [offsets, spans];
}

function classification(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const classes = labelsOf(model).length;
  const features = backbone(graph, graph.input('input', [1, 3, 192, 192]), [16, 32, 64, 128]);
  const pooled = graph.reshape(graph.op('GlobalAveragePool', [features]), [1, 128]);
  graph.output(graph.dense(pooled, 128, classes), 'logits', [1, classes]);
  return graph.finish();
}

/** A vision transformer of two blocks over patches of 16 pixels. */
function embedding(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const tokens = transformer(graph, graph.input('pixel_values', [1, 3, 224, 224]), 14 * 14);
  const pooled = graph.op('ReduceMean', [tokens], { axes: [1], keepdims: 0 });
  graph.output(graph.dense(pooled, WIDTH, 512), 'image_embeds', [1, 512]);
  return graph.finish();
}

/** Eight frames as one batch; their mean is classified. */
function actions(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const classes = labelsOf(model).length;
  const frames = graph.input('pixel_values', [1, 8, 3, 112, 112]);
  const batch = graph.reshape(frames, [8, 3, 112, 112]);
  const features = backbone(graph, batch, [16, 32, 64]);
  const pooled = graph.reshape(graph.op('GlobalAveragePool', [features]), [1, 8, 64]);
  const mean = graph.op('ReduceMean', [pooled], { axes: [1], keepdims: 0 });
  graph.output(graph.dense(mean, 64, classes), 'logits_per_video', [1, classes]);
  return graph.finish();
}

/** ViTPose's contract: one heat map per joint, a quarter of the input's size. */
function pose(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const features = backbone(graph, graph.input('pixel_values', [1, 3, 256, 192]), [24, 48]);
  const joints = labelsOf(model).length;
  const heat = graph.conv(features, [48, joints], { rectify: false });
  graph.output(graph.op('Sigmoid', [heat]), 'heatmaps', [1, joints, 64, 48]);
  return graph.finish();
}

function depth(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const features = backbone(graph, graph.input('pixel_values', [1, 3, 252, 252]), [16, 32]);
  const map = graph.conv(features, [32, 1], { rectify: false });
  graph.output(graph.reshape(map, [1, 63, 63]), 'predicted_depth', [1, 63, 63]);
  return graph.finish();
}

/** SegFormer's contract: class logits at a quarter of the input's size. */
function segmentation(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const classes = labelsOf(model).length;
  const features = backbone(graph, graph.input('pixel_values', [1, 3, 256, 256]), [24, 48]);
  const logits = graph.conv(features, [48, classes], { kernel: 1, rectify: false });
  graph.output(logits, 'logits', [1, classes, 64, 64]);
  return graph.finish();
}

/** A kernel regression over BRISQUE's 36 features. */
function quality(model: CatalogModel): Uint8Array {
  const graph = new GraphBuilder(model.name, model.name);
  const features = graph.input('features', [1, 36]);
  const hidden = graph.op('Tanh', [graph.dense(features, 36, 256)]);
  graph.output(graph.op('Sigmoid', [graph.dense(hidden, 256, 1)]), 'quality', [1, 1]);
  return graph.finish();
}

/** Strided convolutions, each followed by one of stride 1; every step halves the size. */
function backbone(graph: GraphBuilder, image: Value, widths: readonly number[]): Value {
  let value = image;
  let from = 3;
  for (const to of widths) {
    value = graph.conv(value, [from, to], { stride: 2 });
    value = graph.conv(value, [to, to]);
    from = to;
  }
  return value;
}

const WIDTH = 96;

function transformer(graph: GraphBuilder, image: Value, tokens: number): Value {
  const patches = graph.op('Conv', [image, graph.weights([WIDTH, 3, 16, 16], 3 * 16 * 16)], {
    kernel_shape: [16, 16],
    strides: [16, 16],
  });
  const flat = graph.reshape(patches, [1, WIDTH, tokens]);
  let value = graph.op('Transpose', [flat], { perm: [0, 2, 1] });
  for (let block = 0; block < 2; block++) {
    value = graph.op('Add', [value, attention(graph, value)]);
    const wide = graph.op('Relu', [graph.dense(value, WIDTH, 4 * WIDTH)]);
    value = graph.op('Add', [value, graph.dense(wide, 4 * WIDTH, WIDTH)]);
  }
  return value;
}

function attention(graph: GraphBuilder, value: Value): Value {
  const [query, key, content] = [0, 1, 2].map(() => graph.dense(value, WIDTH, WIDTH)) as [
    Value,
    Value,
    Value,
  ];
  const turned = graph.op('Transpose', [key], { perm: [0, 2, 1] });
  const likeness = graph.op('MatMul', [query, turned]);
  const scale = graph.constant([1], Float32Array.of(1 / Math.sqrt(WIDTH)));
  const shares = graph.op('Softmax', [graph.op('Mul', [likeness, scale])], { axis: 2 });
  return graph.dense(graph.op('MatMul', [shares, content]), WIDTH, WIDTH);
}
