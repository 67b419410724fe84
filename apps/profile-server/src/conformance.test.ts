import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable } from './testing/comparable.ts';
import { type RecordedQuery } from './testing/recordings.ts';
import { RecentRecordings } from './testing/recent.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

/*
 * What was recorded, put over HTTP to a running server: ours, or with PYROSCOPE_URL set a real
 * Pyroscope, as it starts by default. The profiles are given new times and new names of services,
 * so the server may hold others. `recordings.test.ts` compares ours to the byte.
 */
const PYROSCOPE_URL = process.env.PYROSCOPE_URL?.replace(/\/+$/, '');
/** A real Pyroscope shows what it has taken after a while. */
const SHOWN_MS = 60_000;

const RUN = `conformance-${randomUUID().slice(0, 8)}`;
const RECENT = new RecentRecordings(Date.now(), RUN);

let ours: TestServer | undefined;
let url = PYROSCOPE_URL ?? '';

beforeAll(async () => {
  if (PYROSCOPE_URL !== undefined) return;
  ours = await startTestServer();
  url = await ours.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => ours?.close());

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** The answer to what was recorded, as far as two servers can be compared. */
async function ask({ request, status }: RecordedQuery): Promise<unknown> {
  const answer = await (request.method === 'POST'
    ? post(request.path, request.body)
    : fetch(`${url}${request.path}`));
  const text = await answer.text();
  expect(answer.status, `${request.path} answers ${text.slice(0, 300)}`).toBe(status);
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') === true;
  return isJson ? (JSON.parse(text) as unknown) : text.trim();
}

interface LabelsSets {
  labelsSet: { labels: { name: string; value: string }[] }[];
}

/** Label sets as lines of text, in order; services of other runs, and of pushes that were recorded later, are left out. */
function labelSets(answer: unknown): string[] {
  const later = ['rt-detr-python', 'span-service', 'spanid-service', 'multipart-go', 'push-go'];
  const others = new Set(later.map((name) => RECENT.service(name)));
  return (answer as LabelsSets).labelsSet
    .map(({ labels }) => Object.fromEntries(labels.map(({ name, value }) => [name, value])))
    .filter(({ service_name: name = '' }) => name.endsWith(RUN) && !others.has(name))
    .map((labels) => `${labels.service_name} ${labels.__profile_type__}`)
    .sort();
}

describe(`conformance of ${PYROSCOPE_URL ?? 'our server'}`, () => {
  test('takes what was recorded', { timeout: 60_000 }, async () => {
    for (const { file, url: path, contentType, body, status } of await RECENT.ingests()) {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
      });
      expect(answer.status, `${file}: ${await answer.text()}`).toBe(status);
    }
  });

  const queries = RECENT.queries();
  const flames = queries.filter(({ request }) => /^(flame|push|multipart)\./.test(request.name));

  test('shows it', { timeout: SHOWN_MS + 10_000 }, async () => {
    for (const query of flames) {
      const total = async () => comparable(query.request.name, await ask(query));
      await expect
        .poll(total, { timeout: SHOWN_MS, interval: 250, message: query.request.name })
        .toEqual(comparable(query.request.name, query.response));
    }
  });

  test.each(queries.map((query) => [query.request.name, query] as const))(
    '%s',
    async (name, query) => {
      const answer = await ask(query);
      const { response, status } = query;
      if (name === 'series') expect(labelSets(answer)).toEqual(labelSets(response));
      else if (name === 'profile-types') {
        const { profileTypes } = response as { profileTypes: unknown[] };
        expect(answer).toEqual({ profileTypes: expect.arrayContaining(profileTypes) as unknown });
      } else if (name === 'render-dot') expect(answer).toMatch(/^digraph /);
      else if (typeof response === 'string') expect(answer).toBe(response.trim());
      else if (status !== 200) {
        expect(answer).toMatchObject({ code: (response as { code: string }).code });
      } else expect(comparable(name, answer)).toEqual(comparable(name, response));
      if (name === 'render') {
        const { timeline } = response as { timeline: unknown };
        expect(answer).toMatchObject({ timeline });
      }
    },
  );
});
