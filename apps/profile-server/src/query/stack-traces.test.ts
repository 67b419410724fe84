import { fromJson, type JsonObject } from '@bufbuild/protobuf';
import { encodePprof } from '@hsi/pprof-codec';
import { ProfileTablesBuilder } from '@hsi/profile-model';
import { ProfileSchema } from '@hsi/pyroscope-api/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MS, RANGE, TestClient, TYPE } from '../testing/requests.ts';
import { startTestServer, type TestServer } from '../testing/test-server.ts';

const [ONE, TWO] = ['00f067aa0ba902b7', 'b7ad6b7169203331'];
const SELECTED = { ...RANGE, profileTypeID: TYPE, labelSelector: '{}' };

let server: TestServer;
let client: TestClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new TestClient(server);
  await client.push(spanProfile());
});
afterAll(() => server.close());

/** `main;work` takes 3 in one span and 4 in another, at two lines; `main` takes 5 in none. */
function spanProfile(): Buffer {
  const builder = new ProfileTablesBuilder();
  const main = builder.frame('main', 'main.go', 10);
  builder.add([main, builder.frame('work', 'work.go', 7)], [3], 0, builder.addSpan(ONE));
  builder.add([main, builder.frame('work', 'work.go', 8)], [4], 0, builder.addSpan(TWO));
  builder.add([main], [5]);
  const cpu = { type: 'cpu', unit: 'nanoseconds' };
  const tables = builder.build({ sampleTypes: [cpu], periodType: cpu, period: 1 });
  return Buffer.from(encodePprof({ ...tables, timeNanos: BigInt(MS) * 1_000_000n }));
}

async function ask<Answer>(method: string, more: object): Promise<Answer> {
  const answer = await client.ask(method, { ...SELECTED, ...more });
  expect([answer.statusCode, answer.body.slice(0, 200)]).toEqual([200, expect.anything()]);
  return answer.json<Answer>();
}

type Graph = { flamegraph: { total: string; leftTicks?: string; rightTicks?: string } };

describe('span_selector', () => {
  test('gives the stack traces of these spans only, as SelectMergeSpanProfile does', async () => {
    const spanSelector = [ONE];
    const graph = await ask<Graph>('SelectMergeStacktraces', { spanSelector });
    expect(graph.flamegraph.total).toBe('3');
    expect(graph).toEqual(await ask('SelectMergeSpanProfile', { spanSelector }));
    const both = await ask<Graph>('SelectMergeStacktraces', { spanSelector: [ONE, TWO] });
    expect(both.flamegraph.total).toBe('7');
  });

  test('is of each side of a diff', async () => {
    const { flamegraph } = await ask<Graph>('Diff', {
      left: { ...SELECTED, spanSelector: [TWO] },
      right: SELECTED,
    });
    expect([flamegraph.leftTicks, flamegraph.rightTicks]).toEqual(['4', '12']);
  });

  test('with an id that is none is refused', async () => {
    const body = { ...SELECTED, spanSelector: ['nope'] };
    const answer = await client.ask('SelectMergeStacktraces', body);
    expect([answer.statusCode, answer.json<{ message: string }>().message]).toEqual([
      400,
      'The span id "nope" is not 16 hexadecimal digits.',
    ]);
  });
});

test.each([
  ['SelectMergeStacktraces', { profileIdSelector: ['7c9e6679-7425-40de-944b-e07fc1f90ae7'] }],
  ['SelectMergeProfile', { profileIdSelector: ['7c9e6679-7425-40de-944b-e07fc1f90ae7'] }],
  ['SelectMergeStacktraces', { traceIdSelector: ['7c9e66797425440de944be07fc1f90ae'] }],
])('%s by %j is refused instead of answered with everything', async (method, selector) => {
  const answer = await client.ask(method, { ...SELECTED, ...selector });
  expect(answer.statusCode).toBe(400);
  expect(answer.json<{ message: string }>().message).toContain('select by labels, time or');
  const diff = await client.ask('Diff', { left: SELECTED, right: { ...SELECTED, ...selector } });
  expect(diff.statusCode).toBe(400);
});

describe('the format of SelectMergeStacktraces', () => {
  test('PPROF is the profile of SelectMergeProfile, in JSON and in protobuf', async () => {
    const format = 'PROFILE_FORMAT_PPROF';
    const inJson = await ask<{ pprof: { profile: JsonObject } }>('SelectMergeStacktraces', {
      format,
    });
    const profile = await ask<JsonObject>('SelectMergeProfile', {});
    expect(inJson).toEqual({ pprof: { profile } });
    expect(fromJson(ProfileSchema, profile).sample.map(({ value }) => value)).toHaveLength(3);
  });

  test('PPROF of a span has the samples of the span', async () => {
    const { pprof } = await ask<{ pprof: { profile: { sample: { value: string[] }[] } } }>(
      'SelectMergeStacktraces',
      { format: 'PROFILE_FORMAT_PPROF', spanSelector: [TWO] },
    );
    expect(pprof.profile.sample.map(({ value }) => value)).toEqual([['4']]);
  });

  test('DOT is a call graph', async () => {
    const { dot } = await ask<{ dot: string }>('SelectMergeStacktraces', {
      format: 'PROFILE_FORMAT_DOT',
      spanSelector: [ONE],
    });
    expect(dot).toMatch(/^digraph /);
    expect(dot).toContain('work');
  });

  test.each([2, 9])('%d is refused with the formats there are', async (format) => {
    const answer = await client.ask('SelectMergeStacktraces', { ...SELECTED, format });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<{ message: string }>().message).toContain('FLAMEGRAPH, DOT or PPROF');
  });
});

test("Go's compiler gets the last frames of each stack trace, whatever the line", async () => {
  const goPgo = { keepLocations: 1, aggregateCallees: true };
  const profile = await ask<JsonObject>('SelectMergeProfile', { stackTraceSelector: { goPgo } });
  const answer = await client.post(
    '/querier.v1.QuerierService/SelectMergeProfile',
    JSON.stringify({ ...SELECTED, stackTraceSelector: { goPgo: { keepLocations: 1 } } }),
  );
  const values = (json: JsonObject) =>
    fromJson(ProfileSchema, json).sample.map(({ value, locationId }) => [
      locationId.length,
      Number(value[0]),
    ]);
  expect(values(profile).sort()).toEqual([
    [1, 5],
    [1, 7],
  ]);
  expect(values(answer.json<JsonObject>())).toHaveLength(3);
});
