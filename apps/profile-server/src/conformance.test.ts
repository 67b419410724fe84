import { describe, expect, test } from 'vitest';
import { comparable } from './testing/comparable.ts';
import { ingestBody, recordedIngests, recordedQueries } from './testing/recordings.ts';

/*
 * The recordings put to any server: with PYROSCOPE_URL set, to a real Pyroscope. `recordings.test.ts`
 * puts them to ours in every run.
 */
const URL_TO_TEST = process.env.PYROSCOPE_URL?.replace(/\/+$/, '');

describe.skipIf(URL_TO_TEST === undefined)(`conformance of ${URL_TO_TEST}`, () => {
  test('takes what was recorded', { timeout: 60_000 }, async () => {
    for (const ingest of recordedIngests()) {
      const answer = await fetch(`${URL_TO_TEST}${ingest.url}`, {
        method: 'POST',
        headers: { 'content-type': ingest.contentType },
        body: ingestBody(ingest),
      });
      expect([ingest.file, answer.status]).toEqual([ingest.file, ingest.status]);
    }
  });

  test.each(
    recordedQueries()
      .filter(({ request }) => !['render-dot', 'series', 'ready'].includes(request.name))
      .map((query) => [query.request.name, query] as const),
  )('%s', async (_name, { request, status, response }) => {
    const answer = await fetch(`${URL_TO_TEST}${request.path}`, {
      method: request.method,
      ...(request.method === 'POST'
        ? {
            headers: { 'content-type': 'application/json' },
            body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body),
          }
        : {}),
    });
    expect(answer.status).toBe(status);
    if (status !== 200) return;
    expect(comparable(request.name, await answer.json())).toEqual(
      comparable(request.name, response),
    );
  });
});
