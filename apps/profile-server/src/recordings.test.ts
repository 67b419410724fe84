import { gunzipSync } from 'node:zlib';
import { fromBinary, toJson, type JsonObject } from '@bufbuild/protobuf';
import { SelectMergeStacktracesResponseSchema } from '@hsi/pyroscope-api/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ingestBody,
  recordedBadIngests,
  recordedGrafanaCalls,
  recordedIngests,
  recordedQueries,
} from './testing/recordings.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';
import { comparable } from './testing/comparable.ts';

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
  /** What `README.md` of the recordings names as different on purpose. */
  const DIFFERENT = new Set(['render-dot']);

  test.each(
    recordedQueries()
      .filter(({ request }) => !DIFFERENT.has(request.name))
      .map((query) => [query.request.name, query] as const),
  )('%s', async (_name, { request, status, response }) => {
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
    if (request.name === 'error.unknown-method') return;
    if (status !== 200) {
      expect(answer.json()).toMatchObject({ code: (response as JsonObject).code });
      return;
    }
    if (request.name === 'series') {
      // Recorded before the last pushes: ours has their services too.
      expect(answer.json()).toMatchObject({
        labelsSet: expect.arrayContaining(
          (response as { labelsSet: unknown[] }).labelsSet,
        ) as unknown,
      });
      const later = /rt-detr-python|span-service|spanid-service|multipart-go|push-go/;
      const known = answer
        .json<{ labelsSet: unknown[] }>()
        .labelsSet.filter((set) => !later.test(JSON.stringify(set)));
      expect({ labelsSet: known }).toEqual(response);
    } else if (typeof response === 'string') expect(answer.body).toBe(response);
    else
      expect(comparable(request.name, answer.json())).toEqual(comparable(request.name, response));
  });
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
      const expected = Buffer.from(call.responseBase64, 'base64');
      const isCompressed = answer.headers['content-encoding'] === 'gzip';
      const bytes = isCompressed ? gunzipSync(answer.rawPayload) : answer.rawPayload;
      if (name === '01.json' || name === '02.json') {
        // Pyroscope leaves these empty until the data is some minutes old.
        expect(bytes.length).toBeGreaterThan(0);
      } else if (/Select/.test(path) && !path.endsWith('SelectSeries')) {
        const read = (message: Uint8Array) =>
          comparable(
            name === '06.json' ? 'maxnodes' : name,
            toJson(
              SelectMergeStacktracesResponseSchema,
              fromBinary(SelectMergeStacktracesResponseSchema, message),
            ),
          );
        expect(read(bytes)).toEqual(read(expected));
      } else {
        expect(bytes.toString('base64')).toBe(expected.toString('base64'));
      }
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
