import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferResponse, ModelsResponse } from '@hsi/backend-api';
import { findModel, MODELS } from '@hsi/model-zoo-catalog';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../images/decode.ts';
import { demoGraph } from '../onnx/demo-graphs.ts';
import { gradient } from '../testing/images.ts';
import { FROM_PAGE, temporaryFolder, testApp, writeDemoModels } from '../testing/test-app.ts';
import { fileLoader } from './file-loader.ts';
import { startOnnxRuntime } from './onnx-runtime.ts';
import { type Runtime } from './runtime.ts';

const folder = temporaryFolder();
const GATE_PNG = new URL('../fixtures/front-gate.png', import.meta.url);
const gate = decodeImage(readFileSync(GATE_PNG), 'image/png', { pixels: 1e6 });
let runtime: Runtime;

beforeAll(async () => {
  writeDemoModels(folder.path);
  const started = await startOnnxRuntime(1);
  if ('reason' in started) throw new Error(started.reason);
  runtime = started;
});
afterAll(() => folder.remove());

const loader = () => fileLoader({ runtime, modelPath: folder.path });
const modelOf = (name: string) => findModel(name)!;

describe('demo models in ONNX Runtime', () => {
  it.each(MODELS.filter((model) => demoGraph(model) !== undefined))(
    '$name runs on an image and says that its weights are for the demo',
    async (model) => {
      expect(await loader().availability(model)).toMatchObject({
        available: true,
        weights: 'demo',
      });
      const loaded = await loader().load(model);
      const { result, timing } = await loaded.run(gradient(90, 60));
      expect(loaded.weights).toBe('demo');
      expect(result.kind).toBe(KINDS[model.category]);
      expect(JSON.stringify(result)).not.toMatch(/null|NaN/);
      expect(timing.inferenceMs).toBeGreaterThan(0);
      await loaded.dispose();
    },
  );

  it('are the same in every build', () => {
    const hash = (name: string) =>
      createHash('sha256')
        .update(demoGraph(modelOf(name))!)
        .digest('hex');
    expect(hash('yolo11-face')).toBe(hash('yolo11-face'));
    expect(hash('yolo11-face')).not.toBe(hash('yolo11-license-plate'));
  });
});

const KINDS: Readonly<Record<string, string>> = {
  detection: 'detections',
  embedding: 'embedding',
  pose: 'pose',
  depth: 'depth',
  classification: 'classes',
  segmentation: 'segments',
  'action-recognition': 'classes',
  quality: 'quality',
};

describe('paddleocr', () => {
  it('reads the text of an image, with real weights', async () => {
    const model = modelOf('paddleocr');
    expect(await loader().availability(model)).toMatchObject({ available: true, weights: 'real' });
    const loaded = await loader().load(model);
    const { result } = await loaded.run(gate);
    await loaded.dispose();
    expect(loaded.weights).toBe('real');
    const text = result.kind === 'text' ? result.lines.map((line) => line.text).join(' ') : '';
    expect(text.replaceAll(' ', '')).toContain('HSI4281');
    expect(text).toContain('leave parcels at the side door');
  });

  it('finds nothing where there is nothing', async () => {
    const loaded = await loader().load(modelOf('paddleocr'));
    const { result } = await loaded.run(gradient(40, 40));
    await loaded.dispose();
    expect(result).toEqual({ kind: 'text', lines: [] });
  });
});

describe('the backend with the real runtime', () => {
  it('reads a posted image and reports the CPU time that belongs to no model', async () => {
    const data = temporaryFolder();
    const { app } = testApp(data.path, { runtime, env: { MODEL_ZOO_PATH: folder.path } });
    const response = await app.inject({
      method: 'POST',
      url: '/api/models/paddleocr/infer',
      headers: { ...FROM_PAGE, 'content-type': 'image/png' },
      payload: readFileSync(GATE_PNG),
    });
    const answer = v.parse(InferResponse, response.json());
    expect(answer).toMatchObject({ weights: 'real', loaded_now: true, result: { kind: 'text' } });
    expect(answer.note).toBeUndefined();

    const models = v.parse(ModelsResponse, (await app.inject('/api/models')).json());
    const used = models.models.find(({ name }) => name === 'paddleocr');
    expect(used).toMatchObject({ state: 'loaded', runs: 1, last_used_at: expect.any(Number) });
    expect(models.runtime).toMatchObject({ name: 'onnxruntime-node', threads: 1 });
    if (process.platform === 'linux') {
      expect(models.cpu.unattributed_share).toBeGreaterThan(0);
      expect(models.cpu.unattributed_share).toBeLessThan(1);
    }
    await app.close();
    data.remove();
  });
});

describe('model files', () => {
  const model = modelOf('pet-classifier');
  const path = join(folder.path, 'pet-classifier.onnx');
  const checksum = `${path}.sha256`;
  const sha256 = () => createHash('sha256').update(readFileSync(path)).digest('hex');

  it('that are missing are unavailable, with the path and the setting', async () => {
    const elsewhere = fileLoader({ runtime, modelPath: join(folder.path, 'empty') });
    expect(await elsewhere.availability(model)).toEqual({
      available: false,
      reason: expect.stringMatching(/empty\/pet-classifier\.onnx is missing.*MODEL_ZOO_PATH/),
    });
  });

  it('of a category that nothing runs are unavailable', async () => {
    expect(await loader().availability(modelOf('florence-2-large'))).toMatchObject({
      available: false,
      reason: expect.stringContaining('vision-language'),
    });
  });

  it('load when their checksum fits', async () => {
    writeFileSync(checksum, `${sha256()}  pet-classifier.onnx\n`);
    const loaded = await loader().load(model);
    await loaded.dispose();
  });

  it('do not load when it differs, or is none', async () => {
    writeFileSync(checksum, `${'0'.repeat(64)}  pet-classifier.onnx\n`);
    await expect(loader().load(model)).rejects.toThrow('The checksum of pet-classifier.onnx');
    writeFileSync(checksum, 'what?');
    await expect(loader().load(model)).rejects.toThrow('holds no SHA-256 checksum');
  });

  it('that are no models fail with a reason', async () => {
    writeFileSync(join(folder.path, 'fashion-clip.onnx'), 'not a model');
    const fashion = modelOf('fashion-clip');
    expect(await loader().availability(fashion)).toMatchObject({ weights: 'real' });
    await expect(loader().load(fashion)).rejects.toThrow(/protobuf|parsing|fail/i);
  });
});

describe('a system without the native runtime', () => {
  it('has every model unavailable, with the reason', async () => {
    const reasoned = await startOnnxRuntime(1, () => Promise.reject(new Error('no such library')));
    expect(reasoned).toEqual({
      reason: 'ONNX Runtime does not run on this system: no such library',
    });
    const without = fileLoader({ runtime: reasoned, modelPath: folder.path });
    for (const name of ['paddleocr', 'clip-vit-l']) {
      expect(await without.availability(modelOf(name))).toEqual({
        available: false,
        reason: expect.stringContaining('no such library'),
      });
      await expect(without.load(modelOf(name))).rejects.toThrow('no such library');
    }
  });
});
