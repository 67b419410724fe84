import { readFileSync } from 'node:fs';
import { parseSelector } from '@hsi/profile-model';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { PyroscopeClient, PyroscopeError } from './client.ts';

const FIXTURES = new URL('./fixtures/', import.meta.url);
const RANGE = { from: 1795397400000, to: 1795397720000 };
const CPU = 'wall:cpu:nanoseconds:wall:nanoseconds';
const BACKEND = parseSelector('{service_name="nemotron-backend"}');
const Recording = v.object({
  request: v.object({ path: v.string(), body: v.unknown() }),
  status: v.number(),
  response: v.unknown(),
});

function recorded(name: string) {
  const file: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'));
  return v.parse(Recording, file);
}

/** A client of a server that answers everything as recorded, and the requests that it got. */
function replay(name: string, options: { tenant?: string } = {}) {
  const { status, response } = recorded(name);
  const text = typeof response === 'string' ? response : JSON.stringify(response);
  return answering(() => new Response(text, { status }), options);
}

function answering(answer: () => Response | Promise<Response>, options: { tenant?: string } = {}) {
  const requests: { url: string; body: unknown; headers: Headers }[] = [];
  const client = new PyroscopeClient({
    baseUrl: 'http://profiles.test/',
    ...options,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push({
        url: request.url,
        body: await request.json(),
        headers: request.headers,
      });
      return answer();
    },
  });
  return { client, requests };
}

describe('requests and answers as recorded', () => {
  test('profile types', async () => {
    const { client } = replay('profile-types');
    const types = await client.profileTypes(RANGE);
    expect(types).toContainEqual({
      id: CPU,
      name: 'wall',
      sampleType: 'cpu',
      sampleUnit: 'nanoseconds',
      periodType: 'wall',
      periodUnit: 'nanoseconds',
    });
  });

  test('label names', async () => {
    const { client, requests } = replay('label-names-matched');
    const names = await client.labelNames({ ...RANGE, matchers: BACKEND });
    expect(names).toContain('model');
    expect(requests[0]).toMatchObject({
      url: 'http://profiles.test/querier.v1.QuerierService/LabelNames',
      body: recorded('label-names-matched').request.body,
    });
  });

  test('label values', async () => {
    const { client, requests } = replay('label-values-model');
    const names = await client.labelValues({ ...RANGE, name: 'model', matchers: BACKEND });
    expect(names).toEqual(['clip-vit-l', 'fashion-clip', 'vitpose-small', 'yolo11-face']);
    expect(requests[0]!.body).toEqual(recorded('label-values-model').request.body);
    expect(
      await replay('label-values-unknown').client.labelValues({ ...RANGE, name: 'x' }),
    ).toEqual([]);
  });

  test('series', async () => {
    const { client, requests } = replay('series');
    const series = await client.series({
      ...RANGE,
      labelNames: ['service_name', '__profile_type__'],
    });
    expect(series).toContainEqual({ service_name: 'rt-detr', __profile_type__: CPU });
    expect(requests[0]!.body).toEqual(recorded('series').request.body);
  });

  test('a flame graph', async () => {
    const { client, requests } = replay('flame.model-filter');
    const matchers = parseSelector('{service_name="nemotron-backend",model="clip-vit-l"}');
    const tree = await client.selectMergeStacktraces({
      ...RANGE,
      profileTypeId: CPU,
      matchers,
      maxNodes: 2048,
    });
    expect(tree.total[0]).toBe(330636739);
    expect(requests[0]!.body).toEqual(recorded('flame.model-filter').request.body);
  });

  test('a span', async () => {
    const { client, requests } = replay('span.profile-id');
    const tree = await client.selectMergeSpanProfile({
      ...RANGE,
      profileTypeId: CPU,
      matchers: parseSelector('{service_name="span-service"}'),
      spanIds: ['00f067aa0ba902b7'],
      maxNodes: 2048,
    });
    expect(tree.total[0]).toBeGreaterThan(0);
    expect(requests[0]!.body).toEqual(recorded('span.profile-id').request.body);
  });

  test('time series', async () => {
    const { client, requests } = replay('series.limit');
    const series = await client.selectSeries({
      ...RANGE,
      profileTypeId: CPU,
      matchers: BACKEND,
      stepSeconds: 5,
      groupBy: ['model'],
      limit: 2,
    });
    expect(series.map(({ labels }) => labels)).toEqual([{}, { model: 'vitpose-small' }]);
    expect(series[0]!.points[0]).toEqual({ time: 1795397590000, value: 484591016 });
    expect(requests[0]!.body).toMatchObject(recorded('series.limit').request.body as object);
  });

  test('averages', async () => {
    const { client, requests } = replay('series.avg');
    await client.selectSeries({
      ...RANGE,
      profileTypeId: CPU,
      matchers: BACKEND,
      stepSeconds: 5,
      aggregation: 'average',
    });
    expect(requests[0]!.body).toEqual(recorded('series.avg').request.body);
  });

  test('the tenant is a header', async () => {
    const { client, requests } = replay('profile-types', { tenant: 'home' });
    await client.profileTypes(RANGE);
    expect(requests[0]!.headers.get('x-scope-orgid')).toBe('home');
  });
});

describe('refusals', () => {
  test.each([
    ['error.bad-selector', /parsing label selector/],
    ['error.bad-type', /profile-type selection must be of the form/],
    ['error.start-after-end', /start time is after end time/],
  ])('%s keeps code, status and sentence', async (name, message) => {
    const { client } = replay(name);
    const failed = client.selectMergeStacktraces({ ...RANGE, profileTypeId: CPU, matchers: [] });
    await expect(failed).rejects.toMatchObject({ code: 'invalid_argument', status: 400 });
    await expect(failed).rejects.toThrow(message);
  });

  test('an answer without a code of its own gets one from its status', async () => {
    await expect(replay('error.unknown-method').client.profileTypes(RANGE)).rejects.toMatchObject({
      code: 'unimplemented',
      status: 404,
    });
    const { client } = answering(() => new Response('<html>bad gateway</html>', { status: 502 }));
    await expect(client.profileTypes(RANGE)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.each([
    ['no JSON', 'hello'],
    ['another shape', '{"names": "all"}'],
  ])('an answer that is %s is not passed on', async (_what, body) => {
    const { client } = answering(() => new Response(body));
    await expect(client.labelNames(RANGE)).rejects.toThrow(/LabelNames is not Pyroscope's/);
  });

  test('a broken flame graph is not passed on', async () => {
    const { client } = answering(() =>
      Response.json({
        flamegraph: { names: ['total'], levels: [{ values: ['0', '1', '0', '9'] }] },
      }),
    );
    await expect(
      client.selectMergeStacktraces({ ...RANGE, profileTypeId: CPU, matchers: [] }),
    ).rejects.toThrow(/cannot be read/);
  });

  test('a server that is not there', async () => {
    const { client } = answering(() => Promise.reject(new TypeError('fetch failed')));
    await expect(client.profileTypes(RANGE)).rejects.toMatchObject({
      code: 'unavailable',
      status: 0,
    });
  });

  test('a server that does not answer', async () => {
    const client = new PyroscopeClient({
      baseUrl: '/profiles',
      timeoutMs: 1,
      fetch: (_input, init) => never(init?.signal),
    });
    const failed = client.profileTypes(RANGE);
    await expect(failed).rejects.toBeInstanceOf(PyroscopeError);
    await expect(failed).rejects.toMatchObject({ code: 'deadline_exceeded', status: 0 });
  });

  test('a request that the caller gave up stays an abort', async () => {
    const client = new PyroscopeClient({
      baseUrl: '/profiles',
      fetch: (_input, init) => never(init?.signal),
    });
    const abort = new AbortController();
    const failed = client.profileTypes(RANGE, abort.signal);
    abort.abort();
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' });
  });
});

function never(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}
