import { gunzipSync } from 'node:zlib';
import {
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { QuerierService } from '@hsi/pyroscope-api/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { METHODS } from './query/methods.ts';
import {
  ingestBody,
  recordedBadIngests,
  recordedGrafanaCalls,
  recordedIngests,
  recordedQueries,
} from './testing/recordings.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { comparable } from './testing/comparable.ts';

/**
 * Pyroscope cuts what each of its parts read before it merges them, so a graph that is cut depends
 * on how it had stored the profiles: the totals compare, and that something was left out.
 */
const CUT = new Set(['flame.maxnodes-8', 'render']);

/** What a pprof profile says of itself, without the indices of its texts. */
function about(profile: unknown): unknown {
  const { stringTable, mapping, location, ...rest } = profile as {
    stringTable: string[];
    mapping: object[];
    location: { mappingId?: string }[];
    period: string;
    periodType: { type: string; unit: string };
    defaultSampleType: string;
    timeNanos: string;
    durationNanos?: string;
  };
  const text = (index: string) => stringTable[Number(index)];
  return {
    period: rest.period,
    periodType: [text(rest.periodType.type), text(rest.periodType.unit)],
    defaultSampleType: text(rest.defaultSampleType),
    time: rest.timeNanos,
    duration: rest.durationNanos,
    mappings: mapping.length,
    locationsOfIt: location.every(({ mappingId }) => mappingId === '1'),
  };
}

/** The functions of a graph in DOT with their seconds; Pyroscope adds file and line to a name. */
function functionsOf(dot: string): Map<string, number> {
  const unit: Record<string, number> = { s: 1, ms: 1e-3 };
  return new Map(
    [...dot.matchAll(/^N\d+ \[.*? tooltip="(.*?) \(([\d.]+) ?(m?s)\)"/gm)].map(
      ([, name, value, of]) => [name!, Number(value) * unit[of!]!],
    ),
  );
}

/** The greatest functions are the same; which ones are drawn at the edge is each server's choice. */
function expectSameFunctions(ours: string, recorded: string): void {
  const [mine, theirs] = [functionsOf(ours), functionsOf(recorded)];
  expect(mine.size).toBe(20);
  const shared = [...mine].flatMap(([name, seconds]) => {
    const same = [...theirs].find(([other]) => other === name || other.startsWith(`${name} `));
    return same === undefined ? [] : [{ name, seconds, recorded: same[1] }];
  });
  expect(shared.length).toBeGreaterThan(10);
  // Pyroscope draws a profile of 512 nodes, and rounds to hundredths of a second.
  for (const { seconds, recorded: other } of shared) expect(seconds).toBeCloseTo(other, 1);
  expect(ours).toContain('of 3.5 s total');
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

test('every recorded push is stored', async () => {
  for (const ingest of recordedIngests()) {
    const answer = await server.app.inject({
      method: 'POST',
      url: ingest.url,
      headers: { 'content-type': ingest.contentType },
      body: ingestBody(ingest),
    });
    expect([ingest.file, answer.statusCode, answer.body]).toEqual([
      ingest.file,
      ingest.status,
      ingest.file === 'push.json' ? '{}' : '',
    ]);
  }
});

describe('queries as recorded', () => {
  test.each(recordedQueries().map((query) => [query.request.name, query] as const))(
    '%s',
    async (name, { request, status, response }) => {
      const answer = await server.app.inject({
        method: request.method,
        url: request.path,
        ...(request.method === 'POST'
          ? {
              headers: { 'content-type': 'application/json' },
              body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
            }
          : {}),
      });
      expect(answer.statusCode).toBe(status);
      if (typeof response === 'string') {
        if (name === 'render-dot') expectSameFunctions(answer.body, response);
        else expect(answer.body).toBe(response);
      } else if (status !== 200) {
        expect(answer.json()).toMatchObject({ code: (response as JsonObject).code });
      } else if (name === 'series') {
        // Recorded before the last pushes: ours has their services too.
        const later = /rt-detr-python|span-service|spanid-service|multipart-go|push-go/;
        const known = answer
          .json<{ labelsSet: unknown[] }>()
          .labelsSet.filter((set) => !later.test(JSON.stringify(set)));
        expect({ labelsSet: known }).toEqual(response);
      } else if (CUT.has(name) || name === 'merge-profile') {
        expect(comparable(name, answer.json())).toEqual(comparable(name, response));
        if (name === 'merge-profile') expect(about(answer.json())).toEqual(about(response));
      } else {
        expect(answer.json()).toEqual(response);
      }
    },
  );
});

/** Method -> an answer's message. */
const ANSWERS = new Map(QuerierService.methods.map(({ name, output }) => [name, output]));

test.each(
  recordedQueries()
    .filter(({ request, status }) => status === 200 && request.method === 'POST')
    .map(({ request }) => [request.name, request] as const),
)('in binary protobuf %s is the same', async (_name, { path, body }) => {
  const name = path.split('/').at(-1)!;
  const { request } = METHODS[name]!;
  const ask = (type: string, bytes: string | Buffer) =>
    server.app.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': type },
      body: bytes,
    });
  const json = await ask('application/json', JSON.stringify(body));
  const binary = await ask(
    'application/proto',
    Buffer.from(toBinary(request, fromJson(request, body as JsonValue))),
  );
  expect([binary.statusCode, binary.headers['content-type']]).toEqual([200, 'application/proto']);
  const answer = ANSWERS.get(name)!;
  expect(toJson(answer, fromBinary(answer, binary.rawPayload))).toEqual(json.json());
});

describe("calls of Grafana's data source as recorded", () => {
  test.each(recordedGrafanaCalls().map((call) => [call.name, call.path, call] as const))(
    '%s %s',
    async (name, path, call) => {
      const answer = await server.app.inject({
        method: 'POST',
        url: path,
        headers: call.requestHeaders,
        body: Buffer.from(call.requestBase64, 'base64'),
      });
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('application/proto');
      const isCompressed = answer.headers['content-encoding'] === 'gzip';
      const bytes = isCompressed ? gunzipSync(answer.rawPayload) : answer.rawPayload;
      // Pyroscope leaves the first two empty until the data is some minutes old.
      if (/^0[12]/.test(name)) expect(bytes.length).toBeGreaterThan(0);
      else expect(bytes.toString('base64')).toBe(call.responseBase64);
    },
  );
});

test.each(recordedBadIngests().map((bad) => [bad.name, bad] as const))(
  'bad input is refused: %s',
  async (_name, { url, bodyBase64 }) => {
    const answer = await server.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bodyBase64, 'base64'),
    });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({
      code: 'invalid_argument',
      message: expect.stringMatching(/^\S.{10,}/) as string,
    });
  },
);
