import type { RunningService } from '@hsi/node-service';
import { afterEach, expect, it, vi } from 'vitest';
import { startDriver } from './driver.ts';

const SPAN = { trace_id: '0af7651916cd43dd8448eb211c80319c', span_id: 'b7ad6b7169203331' };

interface BackendOptions {
  /** Answers of the first calls instead of the usual ones. */
  readonly first?: (() => Response | Promise<Response>)[];
  /** CPU time that each call adds, in milliseconds. */
  readonly cpuPerCall?: number;
}

/** A backend with two models that can run and one that cannot. */
function backend({ first = [], cpuPerCall = 0 }: BackendOptions = {}) {
  const calls: string[] = [];
  const headers: Headers[] = [];
  let processMs = 100;
  const model = (name: string, state = 'unloaded') => ({
    name,
    category: 'ocr',
    vram_mb: 1,
    state,
    runs: 0,
    in_use: 0,
  });
  const answer = (url: string): unknown => {
    const [, name = '', action] = /models\/([^/]+)\/(\w+)$/.exec(url) ?? [];
    if (action === undefined) {
      return {
        models: [model('clip-vit-l'), model('florence-2-large', 'disabled'), model('paddleocr')],
        budget: { limit_mb: 1, used_mb: 0 },
        runtime: { name: 'test' },
        cpu: { process_ms: processMs, note: '' },
        memory_note: '',
      };
    }
    processMs += cpuPerCall;
    if (action === 'load') {
      return { model: model(name), outcome: 'loaded', duration_ms: 1, evicted: [], ...SPAN };
    }
    if (action === 'unload') {
      return { model: model(name), outcome: 'unloaded', duration_ms: 1, ...SPAN };
    }
    return {
      model: name,
      category: 'ocr',
      weights: 'demo',
      image: { width: 1, height: 1 },
      result: { kind: 'quality', score: 1 },
      loaded_now: false,
      timing: {
        decode_ms: 0,
        load_ms: 0,
        preprocess_ms: 0,
        inference_ms: 0,
        postprocess_ms: 0,
        total_ms: 0,
      },
      ...SPAN,
    };
  };
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const instead = first.shift();
    if (instead) return instead();
    const path = new URL(String(url)).pathname;
    if (init?.method === 'POST') {
      calls.push(path.replace('/api/models/', ''));
      headers.push(new Headers(init.headers));
    }
    return Response.json(answer(path));
  };
  return { calls, headers, fetch };
}

let driver: RunningService | undefined;
let warnings: string[] = [];
afterEach(async () => {
  await driver?.close();
  warnings = [];
});

const SETTINGS = { profilesUrl: undefined, backendUrl: 'http://b:8000', environment: 'test' };
const start = (fetch: typeof globalThis.fetch, parts: { now?: () => number } = {}) => {
  driver = startDriver(SETTINGS, (message) => warnings.push(message), {
    fetch,
    stepRestMs: 0,
    firstRetryMs: 1,
    ...parts,
  });
};
/** A clock that runs a minute per look: the pacer never has to wait. */
const fastClock = () => {
  let now = 0;
  return () => (now += 60_000);
};

it('takes the models that can run on a tour, again and again', async () => {
  const { fetch, calls, headers } = backend();
  start(fetch, { now: fastClock() });
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(9));
  expect(calls.slice(0, 9)).toEqual([
    'clip-vit-l/load',
    'clip-vit-l/infer',
    'paddleocr/load',
    'paddleocr/infer',
    'clip-vit-l/infer',
    'paddleocr/infer',
    'clip-vit-l/unload',
    'paddleocr/unload',
    'clip-vit-l/load',
  ]);
  expect(headers[0]?.get('origin')).toBe('http://b:8000');
  expect(headers[1]?.get('content-type')).toBe('image/png');
  expect(warnings).toEqual([]);
});

it('rests when the backend has used its share', async () => {
  const { fetch, calls } = backend({ cpuPerCall: 60_000 });
  let now = 0;
  start(fetch, { now: () => (now += 1) });
  // The second look at the CPU clock finds a minute of work: the driver rests before step three.
  await vi.waitFor(() => expect(calls.length).toBe(2));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toHaveLength(2);
});

it('says once that the backend is away, and that it is back', async () => {
  const away = () =>
    Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: new Error('refused') }));
  const { fetch, calls } = backend({ first: [away, away] });
  start(fetch, { now: fastClock() });
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(0));
  await vi.waitFor(() => expect(warnings).toHaveLength(2));
  expect(warnings).toEqual([
    'The backend at http://b:8000 cannot be asked (refused); the demo tries again.',
    'http://b:8000 answers again.',
  ]);
});

it('goes on after a refusal and mentions each kind once', async () => {
  const refusal = () =>
    Response.json(
      {
        type: 'about:blank',
        title: 'In use',
        status: 409,
        detail: 'It runs.',
        code: 'model-in-use',
      },
      { status: 409 },
    );
  const { fetch, calls } = backend({ first: [refusal, refusal] });
  start(fetch, { now: fastClock() });
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(0));
  expect(warnings).toEqual([
    'The backend refused a step (model-in-use): It runs. This is said once.',
  ]);
});

it.each([
  [
    'a page of a proxy',
    () => new Response('<html>', { status: 502 }),
    'GET /api/models answered 502',
  ],
  ['another API', () => Response.json({ models: 'none' }), 'Invalid type'],
])('takes %s for a backend that is away', async (_case, answer, reason) => {
  const { fetch, calls } = backend({ first: [answer] });
  start(fetch, { now: fastClock() });
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(0));
  await vi.waitFor(() => expect(warnings).toHaveLength(2));
  expect(warnings[0]).toContain(reason);
});
