// Writes dist/demo-models/<name>.onnx at build time.
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MODELS } from '@hsi/model-zoo-catalog';
import { demoGraph } from './onnx/demo-graphs.ts';

const folder = fileURLToPath(new URL('./demo-models/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const model of MODELS) {
  const bytes = demoGraph(model);
  if (bytes !== undefined) writeFileSync(`${folder}${model.name}.onnx`, bytes);
}
