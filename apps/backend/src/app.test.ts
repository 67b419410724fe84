import { readFileSync } from 'node:fs';
import {
  AuditResponse,
  ConfigResponse,
  EventsResponse,
  HealthResponse,
  ModelsResponse,
  Problem,
  ReadyResponse,
} from '@hsi/backend-api';
import { type FastifyInstance, type InjectOptions } from 'fastify';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AppOptions } from './app.ts';
import { FakeLoader } from './testing/fake-zoo.ts';
import { FROM_PAGE, temporaryFolder, testApp, TOKEN } from './testing/test-app.ts';
import { type LoadedModel } from './zoo/model-runner.ts';

let folder: ReturnType<typeof temporaryFolder>;
let apps: FastifyInstance[];
beforeEach(() => {
  folder = temporaryFolder();
  apps = [];
});
afterEach(async () => {
  for (const app of apps) await app.close();
  folder.remove();
});

function start(options: Partial<AppOptions> & { env?: Record<string, string> } = {}) {
  const made = testApp(folder.path, options);
  apps.push(made.app);
  return made;
}

const QUICK_MODEL: LoadedModel = {
  weights: 'demo',
  dispose: async () => undefined,
  run: async () => ({
    result: { kind: 'quality', score: 1 },
    timing: { preprocessMs: 1, inferenceMs: 2, postprocessMs: 3 },
  }),
};

/** A loader whose models answer at once. */
function quickLoader(model: Partial<LoadedModel> = {}): FakeLoader<LoadedModel> {
  return new FakeLoader(() => ({ ...QUICK_MODEL, ...model }));
}

async function ask<S extends v.GenericSchema>(
  app: FastifyInstance,
  schema: S,
  request: InjectOptions,
  status = 200,
): Promise<v.InferOutput<S>> {
  const response = await app.inject(request);
  expect([response.statusCode, response.body]).toEqual([status, response.body]);
  return v.parse(schema, response.json());
}

async function problem(app: FastifyInstance, request: InjectOptions, status: number) {
  const response = await app.inject(request);
  const [type] = String(response.headers['content-type']).split(';');
  expect([response.statusCode, type]).toEqual([status, 'application/problem+json']);
  return v.parse(Problem, response.json());
}

const get = (url: string): InjectOptions => ({ method: 'GET', url });
const post = (url: string, parts: InjectOptions = {}): InjectOptions => ({
  method: 'POST',
  url,
  headers: FROM_PAGE,
  ...parts,
});
const withToken = { authorization: `Bearer ${TOKEN}` };

describe('the configuration', () => {
  it('says where things are by default', async () => {
    const { app } = start();
    expect(await ask(app, ConfigResponse, get('/api/config'))).toEqual({
      grafana_url: '/grafana',
      pyroscope_url: 'http://localhost:4040',
      profiles_source: 'embedded',
      grafana_configured: false,
      environment: 'development',
      version: '0.1.0',
    });
  });

  it('follows the settings', async () => {
    const { app } = start({
      env: {
        GRAFANA_URL: 'https://grafana.example.com/g/',
        PYROSCOPE_UPSTREAM: 'http://pyroscope:4040/',
        JAEGER_URL: 'http://localhost:16686',
        ENVIRONMENT: 'production',
        HSI_DEMO: '1',
      },
    });
    expect(await ask(app, ConfigResponse, get('/api/config'))).toMatchObject({
      grafana_url: 'https://grafana.example.com/g/',
      pyroscope_url: 'http://pyroscope:4040',
      profiles_source: 'external',
      grafana_configured: true,
      jaeger_url: 'http://localhost:16686',
      environment: 'production',
      demo: { services: ['rt-detr', 'nemotron', 'florence'], cpu_share: 0.25 },
    });
  });

  it('does not pass a Grafana address on that no browser should open', async () => {
    const { app, log } = start({ env: { GRAFANA_URL: 'javascript:alert(1)' } });
    const config = await ask(app, ConfigResponse, get('/api/config'));
    expect([config.grafana_url, config.grafana_configured]).toEqual(['/grafana', false]);
    expect(log.join('')).toContain('GRAFANA_URL');
  });
});

describe('the models', () => {
  it('are all 17, with their state and the reason of those that cannot run', async () => {
    const { app } = start();
    const { models, runtime, budget, cpu, memory_note } = await ask(
      app,
      ModelsResponse,
      get('/api/models'),
    );
    expect(models).toHaveLength(17);
    expect(models.find(({ name }) => name === 'florence-2-large')).toMatchObject({
      state: 'disabled',
      assumption: expect.any(String),
    });
    expect(models[0]).toMatchObject({ state: 'unavailable', reason: 'no runtime in this test' });
    expect(runtime).toMatchObject({ reason: 'no runtime in this test' });
    expect(budget).toEqual({ limit_mb: 8000, used_mb: 0 });
    expect(cpu.process_ms).toBeGreaterThan(0);
    expect(memory_note).toContain('not sampled');
  });

  it('load, show what they hold, and unload', async () => {
    const { app } = start({ loader: quickLoader() });
    const loaded = await app.inject(post('/api/models/clip-vit-l/load'));
    expect(loaded.json()).toMatchObject({
      outcome: 'loaded',
      evicted: [],
      model: { state: 'loaded', measured_memory_bytes: expect.any(Number), runs: 0 },
    });
    const { budget } = await ask(app, ModelsResponse, get('/api/models'));
    expect(budget.used_mb).toBe(800);
    const unloaded = await app.inject(post('/api/models/clip-vit-l/unload'));
    expect(unloaded.json()).toMatchObject({ outcome: 'unloaded', model: { state: 'unloaded' } });
  });

  it('refuse with a code, a sentence and the trace', async () => {
    const { app } = start({ loader: quickLoader() });
    expect(await problem(app, post('/api/models/nope/load'), 404)).toEqual({
      type: 'urn:hsi:problem:unknown-model',
      title: 'Unknown model',
      status: 404,
      code: 'unknown-model',
      detail: expect.stringContaining('"nope"'),
      trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(await problem(app, post('/api/models/florence-2-large/load'), 409)).toMatchObject({
      code: 'model-disabled',
      detail: expect.stringContaining('disabled'),
    });
  });

  it('say which model failed to load, to the caller and in the log, and stay as they were', async () => {
    const loader = quickLoader();
    loader.broken.add('pet-classifier');
    const { app, log } = start({ loader });
    await app.inject(post('/api/models/clip-vit-l/load'));
    const failure = await problem(app, post('/api/models/pet-classifier/load'), 500);
    expect(failure).toMatchObject({
      code: 'load-failed',
      detail: 'Loading pet-classifier failed: pet-classifier is broken',
    });
    const { models } = await ask(app, ModelsResponse, get('/api/models'));
    const loaded = models.filter(({ state }) => state === 'loaded').map(({ name }) => name);
    expect(loaded).toEqual(['clip-vit-l']);
    const line = log.find((text) => text.includes('Loading pet-classifier failed'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      level: 50,
      trace_id: failure.trace_id,
      span_id: expect.any(String),
    });
  });

  it('are changed by pages of the same origin and by the token only', async () => {
    const { app } = start({ loader: quickLoader() });
    for (const url of ['load', 'unload', 'infer'].map((verb) => `/api/models/clip-vit-l/${verb}`)) {
      const foreign = post(url, { headers: { 'sec-fetch-site': 'cross-site' } });
      expect(await problem(app, foreign, 403)).toMatchObject({ code: 'foreign-origin' });
      const nobody = post(url, { headers: {} });
      expect(await problem(app, nobody, 401)).toMatchObject({ code: 'token-required' });
    }
    const audit = await ask(app, AuditResponse, get('/api/audit'));
    expect(audit.items).toEqual([]);
    const named = { ...withToken, 'x-hsi-actor': 'nightly-job' };
    await app.inject(post('/api/models/clip-vit-l/load', { headers: named }));
    const after = await ask(app, AuditResponse, get('/api/audit'));
    expect(after.items).toMatchObject([{ actor: 'nightly-job', model: 'clip-vit-l' }]);
  });

  it('are named in a path that leads nowhere else', async () => {
    const { app } = start({ loader: quickLoader() });
    for (const name of ['..%2f..%2fetc', '%00', 'a'.repeat(90)]) {
      const response = await app.inject(post(`/api/models/${name}/load`));
      expect(response.statusCode).toBeGreaterThanOrEqual(400);
      expect(response.statusCode).toBeLessThan(500);
    }
  });
});

describe('inference', () => {
  const png = readFileSync(new URL('./fixtures/front-gate.png', import.meta.url));
  const image = (parts: InjectOptions = {}) =>
    post('/api/models/brisque-quality/infer', {
      headers: { ...FROM_PAGE, 'content-type': 'image/png' },
      payload: png,
      ...parts,
    });

  it('loads the model, runs it and says "demo weights"', async () => {
    const { app } = start({ loader: quickLoader() });
    const first = (await app.inject(image())).json();
    expect(first).toMatchObject({
      model: 'brisque-quality',
      weights: 'demo',
      note: expect.stringContaining('demo weights'),
      result: { kind: 'quality', score: 1 },
      image: { width: 640, height: 260 },
      loaded_now: true,
      timing: { preprocess_ms: 1, inference_ms: 2, postprocess_ms: 3 },
    });
    expect((await app.inject(image())).json()).toMatchObject({ loaded_now: false });
  });

  it('refuses what is no image, too much, or of another type', async () => {
    const { app } = start({ loader: quickLoader(), env: { IMAGE_LIMIT: '20KB' } });
    const text = image({ payload: Buffer.from('not an image') });
    expect(await problem(app, text, 422)).toMatchObject({ code: 'bad-image' });
    const nothing = post('/api/models/brisque-quality/infer');
    expect(await problem(app, nothing, 422)).toMatchObject({ code: 'bad-image' });
    const large = image({ payload: Buffer.alloc(20_001) });
    expect(await problem(app, large, 413)).toMatchObject({ code: 'image-too-large' });
    const gif = image({ headers: { ...FROM_PAGE, 'content-type': 'image/gif' } });
    expect(await problem(app, gif, 415)).toMatchObject({ code: 'unsupported-media-type' });
    const json = image({ headers: { ...FROM_PAGE, 'content-type': 'application/json' } });
    expect((await app.inject(json)).statusCode).toBe(400);
  });

  it('does not decode an image for a model that cannot run', async () => {
    const { app } = start({ loader: quickLoader() });
    const nobody = image({ url: '/api/models/florence-2-large/infer' });
    expect(await problem(app, nobody, 409)).toMatchObject({ code: 'model-disabled' });
  });

  it('works on so many images at once and no more', async () => {
    const loader = quickLoader();
    loader.isSlow = true;
    const { app } = start({ loader });
    const calls = Array.from({ length: 9 }, () => app.inject(image()));
    const refused = await Promise.race(calls);
    expect(refused.json()).toMatchObject({ code: 'too-busy' });
    await vi.waitFor(() => expect(loader.waiting).toEqual(['brisque-quality']), 10_000);
    loader.finish();
    const statuses = (await Promise.all(calls)).map(({ statusCode }) => statusCode);
    expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 503]);
  });

  it('that fails says so and is audited', async () => {
    const loader = quickLoader({ run: () => Promise.reject(new Error('out of range')) });
    const { app } = start({ loader });
    expect(await problem(app, image(), 500)).toMatchObject({
      code: 'inference-failed',
      detail: 'Running brisque-quality failed: out of range',
    });
    const { items } = await ask(app, AuditResponse, get('/api/audit?result=failed'));
    expect(items).toMatchObject([{ action: 'infer', model: 'brisque-quality' }]);
  });
});

describe('the audit', () => {
  it('has who, what, when, how long, the result, and the span of the request', async () => {
    const { app } = start({ loader: quickLoader(), now: () => 5_000 });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { ...FROM_PAGE, traceparent };
    const load = (await app.inject(post('/api/models/clip-vit-l/load', { headers }))).json();
    await app.inject(post('/api/models/nope/load'));
    const { items } = await ask(app, AuditResponse, get('/api/audit'));
    expect(items).toMatchObject([
      { model: 'nope', result: 'refused', detail: expect.stringContaining('unknown model') },
      {
        time: 5_000,
        actor: 'browser',
        action: 'load',
        model: 'clip-vit-l',
        result: 'ok',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: load.span_id,
      },
    ]);
    expect(items[0]?.trace_id).not.toBe(items[1]?.trace_id);
  });

  it('names what the zoo unloads by itself', async () => {
    const { app } = start({ loader: quickLoader(), env: { MODEL_ZOO_BUDGET_MB: '900' } });
    await app.inject(post('/api/models/clip-vit-l/load'));
    const load = await app.inject(post('/api/models/yolo11-license-plate/load'));
    expect(load.json()).toMatchObject({ evicted: ['clip-vit-l'] });
    const { items } = await ask(app, AuditResponse, get('/api/audit?action=evict'));
    expect(items).toMatchObject([
      {
        actor: 'zoo',
        model: 'clip-vit-l',
        detail: expect.stringContaining('yolo11-license-plate'),
      },
    ]);
    expect(items[0]?.trace_id).toBe(load.json().trace_id);
  });

  it('says what does not fit in its query', async () => {
    const { app } = start();
    expect(await problem(app, get('/api/audit?limit=9999'), 400)).toMatchObject({
      code: 'bad-request',
      detail: expect.stringContaining('limit'),
    });
  });
});

describe('the events', () => {
  it('begin with the start of the backend and its version', async () => {
    const { app } = start({ now: () => 7_000 });
    const { events } = await ask(app, EventsResponse, get('/api/events'));
    expect(events).toEqual([
      {
        id: 1,
        kind: 'start',
        text: 'Backend 0.1.0 started',
        service: 'nemotron-backend',
        version: '0.1.0',
        time: 7_000,
      },
    ]);
  });

  it('are added with the token', async () => {
    const { app } = start({ now: () => 7_000 });
    const payload = { kind: 'deploy', text: 'Florence 2.0', service: 'florence', version: '2.0' };
    const response = await app.inject(post('/api/events', { headers: withToken, payload }));
    expect([response.statusCode, response.json()]).toEqual([
      201,
      { id: 2, ...payload, time: 7_000 },
    ]);
    const page = post('/api/events', { payload });
    expect(await problem(app, page, 401)).toMatchObject({ code: 'token-required' });
    const bad = post('/api/events', { headers: withToken, payload: { kind: 'deploy' } });
    expect(await problem(app, bad, 400)).toMatchObject({
      detail: expect.stringContaining('text'),
    });
    const endless = { kind: 'note', text: 'x'.repeat(70_000) };
    const large = post('/api/events', { headers: withToken, payload: endless });
    expect(await problem(app, large, 400)).toMatchObject({ code: 'bad-request' });
  });
});

describe('the service', () => {
  it('is healthy and ready', async () => {
    const { app } = start();
    expect(await ask(app, HealthResponse, get('/api/health'))).toMatchObject({ status: 'ok' });
    expect(await ask(app, ReadyResponse, get('/api/ready'))).toMatchObject({ status: 'ready' });
  });

  it('counts calls by model, without a series for names from outside', async () => {
    const { app } = start({ loader: quickLoader() });
    await app.inject(post('/api/models/clip-vit-l/load'));
    await app.inject(post('/api/models/made-up/load'));
    const { body, headers } = await app.inject(get('/api/metrics'));
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('hsi_model_calls_total{action="load",model="clip-vit-l",result="ok"} 1');
    expect(body).toContain('model="unknown",result="refused"} 1');
    expect(body).not.toContain('made-up');
    expect(body).toContain('hsi_model_budget_mb{state="used"} 800');
    expect((await app.inject(get('/metrics'))).statusCode).toBe(200);
  });

  it('answers a path that is not there with a problem', async () => {
    const { app } = start();
    expect(await problem(app, get('/api/nope?x=1'), 404)).toMatchObject({
      code: 'not-found',
      detail: 'There is no GET /api/nope here.',
    });
  });

  it('hides what went wrong inside and logs it', async () => {
    const { app, log } = start();
    app.get('/api/broken', () => {
      throw new Error('secret path /etc');
    });
    const answer = await problem(app, get('/api/broken'), 500);
    expect(answer.detail).not.toContain('secret');
    expect(log.join('')).toContain('secret path');
  });
});
