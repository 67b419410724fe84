import {
  type AuditEntry,
  type InferenceResult,
  type InferResponse,
  type ModelsResponse,
  type ModelStatus,
} from '@hsi/backend-api';
import { vi } from 'vitest';

const TRACE = { trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) };

export const model = (
  name: string,
  state: ModelStatus['state'],
  more: Partial<ModelStatus> = {},
): ModelStatus => ({
  name,
  category: 'detection',
  vram_mb: 300,
  state,
  runs: 0,
  in_use: 0,
  ...more,
});

export const zoo = (models: ModelStatus[], usedMb = 0): ModelsResponse => ({
  models,
  budget: { limit_mb: 4_000, used_mb: usedMb },
  runtime: { name: 'onnxruntime' },
  cpu: { process_ms: 1, unattributed_share: 0.074, note: 'Native threads carry no label.' },
  memory_note: 'The heap profiler takes no labels.',
});

export const loaded = (name: string, evicted: string[] = []) => ({
  model: model(name, 'loaded', { measured_memory_bytes: 27_400_000 }),
  outcome: 'loaded',
  duration_ms: 412,
  evicted,
  ...TRACE,
});

export const unloaded = (name: string) => ({
  model: model(name, 'unloaded'),
  outcome: 'unloaded',
  duration_ms: 3,
  ...TRACE,
});

export const inference = (
  result: InferenceResult,
  more: Partial<InferResponse> = {},
): InferResponse => ({
  model: 'paddleocr',
  category: 'ocr',
  weights: 'real',
  image: { width: 640, height: 240 },
  result,
  loaded_now: false,
  timing: {
    decode_ms: 5,
    load_ms: 0,
    preprocess_ms: 22,
    inference_ms: 252,
    postprocess_ms: 56,
    total_ms: 335,
  },
  ...TRACE,
  ...more,
});

export const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: 2,
  time: Date.UTC(2026, 0, 2, 3, 4, 5),
  actor: 'browser',
  action: 'load',
  model: 'paddleocr',
  duration_ms: 412.4,
  result: 'ok',
  ...TRACE,
  ...more,
});

/** jsdom draws nothing: a canvas that writes down what was stroked and filled over the image. */
export function stubCanvas(): { readonly marks: string[] } {
  const marks: string[] = [];
  const nothing = () => undefined;
  const context = {
    clearRect: () => marks.splice(0),
    drawImage: () => marks.splice(0),
    strokeRect: (...box: number[]) => marks.push(`box ${box.join(' ')}`),
    fillRect: (x: number, y: number) => marks.push(`point ${x} ${y}`),
    createLinearGradient: () => ({ addColorStop: nothing }),
    fillText: nothing,
    beginPath: nothing,
    arc: nothing,
    fill: nothing,
    moveTo: nothing,
    lineTo: nothing,
  };
  const { prototype } = HTMLCanvasElement;
  vi.spyOn(prototype, 'getContext').mockReturnValue(context as never);
  vi.spyOn(prototype, 'toBlob').mockImplementation((done) =>
    done(new Blob(['png'], { type: 'image/png' })),
  );
  return { marks };
}
