import { IMAGE_TYPES } from '@hsi/backend-api';
import { type FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, testApp } from '../testing/test-app.ts';
import { PROBLEMS } from './problems.ts';

const Operation = v.object({
  operationId: v.string(),
  summary: v.string(),
  security: v.array(v.record(v.string(), v.array(v.string()))),
  parameters: v.optional(
    v.array(
      v.object({
        name: v.string(),
        in: v.string(),
        required: v.boolean(),
        schema: v.looseObject({}),
      }),
    ),
  ),
  requestBody: v.optional(v.object({ content: v.record(v.string(), v.unknown()) })),
  responses: v.record(v.string(), v.object({ description: v.string() })),
});
const Document = v.object({
  openapi: v.literal('3.1.0'),
  paths: v.record(v.string(), v.record(v.picklist(['get', 'post']), Operation)),
  components: v.object({ schemas: v.record(v.string(), v.looseObject({})) }),
});

const folder = temporaryFolder();
let app: FastifyInstance;
let text: string;
let document: v.InferOutput<typeof Document>;

beforeAll(async () => {
  ({ app } = testApp(folder.path));
  text = (await app.inject('/api/openapi.json')).body;
  document = v.parse(Document, JSON.parse(text));
});
afterAll(async () => {
  await app.close();
  folder.remove();
});

const all = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe('the OpenAPI document', () => {
  it('describes every operation that is served, and no other', () => {
    const described = all().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(described.toSorted()).toEqual([
      'GET /api/audit',
      'GET /api/config',
      'GET /api/events',
      'GET /api/health',
      'GET /api/metrics',
      'GET /api/models',
      'GET /api/ready',
      'POST /api/events',
      'POST /api/models/{name}/infer',
      'POST /api/models/{name}/load',
      'POST /api/models/{name}/unload',
    ]);
    for (const { path, method } of all()) {
      const url = path.replace('{name}', ':name');
      const isServed = app.hasRoute({ method: method.toUpperCase() as 'GET', url });
      expect([path, isServed]).toEqual([path, true]);
    }
  });

  it('refers only to schemas that it has, and each has properties', () => {
    const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      expect(document.components.schemas[name]).toMatchObject({ properties: expect.any(Object) });
    }
  });

  it('has ids that differ', () => {
    const ids = all().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('postModelsNameLoad');
  });

  it('names its parameters', () => {
    const parameters = (path: string, method: 'get' | 'post') =>
      document.paths[path]?.[method]?.parameters?.map(({ name }) => name);
    expect(parameters('/api/models/{name}/load', 'post')).toEqual(['name']);
    expect(parameters('/api/audit', 'get')).toEqual([
      'model',
      'action',
      'result',
      'actor',
      'from',
      'to',
      'limit',
      'cursor',
    ]);
    const limit = document.paths['/api/audit']?.get?.parameters?.find((p) => p.name === 'limit');
    expect(limit?.schema).toEqual({ type: 'integer', minimum: 0, default: 50 });
  });

  it('says what an image may be and which errors there are', () => {
    const infer = document.paths['/api/models/{name}/infer']?.post;
    expect(Object.keys(infer?.requestBody?.content ?? {})).toEqual([...IMAGE_TYPES]);
    expect(Object.keys(infer?.responses ?? {})).toEqual(
      expect.arrayContaining([
        '200',
        '401',
        '403',
        '404',
        '409',
        '413',
        '415',
        '422',
        '500',
        '503',
      ]),
    );
    expect(infer?.responses['404']?.description).toContain(PROBLEMS['unknown-model'].title);
  });

  it('says which calls need the token', () => {
    const security = (path: string) => document.paths[path]?.post?.security;
    expect(security('/api/events')).toEqual([{ token: [] }]);
    expect(security('/api/models/{name}/load')).toEqual([{}, { token: [] }]);
    expect(document.paths['/api/config']?.get?.security).toEqual([]);
  });
});
