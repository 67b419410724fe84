import { expect, test } from 'vitest';
import { ingestBody, recordedIngests } from './testing/recordings.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const RANGE = { start: '1795397400000', end: '1795397720000' };

interface Exported {
  profiles: { id: string; labels: Record<string, string>; pprof: string }[];
  next?: string;
}

async function ask(server: TestServer, method: string, body: object): Promise<string> {
  const answer = await server.app.inject({
    method: 'POST',
    url: `/querier.v1.QuerierService/${method}`,
    headers: { 'content-type': 'application/json', accept: '*/*;allow-utf8-labelnames=true' },
    body: JSON.stringify({ ...RANGE, ...body }),
  });
  expect(answer.statusCode).toBe(200);
  return answer.body;
}

test('what is exported and pushed into another server is the same there', async () => {
  const [from, to] = [await startTestServer(), await startTestServer()];
  try {
    for (const ingest of recordedIngests()) {
      await from.app.inject({
        method: 'POST',
        url: ingest.url,
        headers: { 'content-type': ingest.contentType },
        body: ingestBody(ingest),
      });
    }
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const answer = await from.app.inject({ url: `/export?cursor=${encodeURIComponent(cursor)}` });
      const page: Exported = answer.json();
      const series = page.profiles.map(({ labels, pprof }) => ({
        labels: Object.entries(labels)
          .filter(([name]) => name === '__name__' || !name.startsWith('__'))
          .map(([name, value]) => ({ name, value })),
        samples: [{ rawProfile: pprof }],
      }));
      const pushed = await to.app.inject({
        method: 'POST',
        url: '/push.v1.PusherService/Push',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ series }),
      });
      expect(pushed.statusCode).toBe(200);
      cursor = page.next;
    }

    const series = await ask(from, 'Series', {});
    expect(await ask(to, 'Series', {})).toBe(series);
    const parsed = JSON.parse(series) as {
      labelsSet: { labels: { name: string; value: string }[] }[];
    };
    for (const { labels } of parsed.labelsSet) {
      const found = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
      const body = {
        profileTypeID: found.__profile_type__,
        labelSelector: `{service_name="${found.service_name}",model="${found.model ?? ''}"}`,
        maxNodes: '0',
      };
      expect(await ask(to, 'SelectMergeStacktraces', body)).toBe(
        await ask(from, 'SelectMergeStacktraces', body),
      );
    }
    const span = {
      profileTypeID: 'wall:cpu:nanoseconds:wall:nanoseconds',
      labelSelector: '{service_name="span-service"}',
      spanSelector: ['00f067aa0ba902b7'],
    };
    const spanGraph = await ask(from, 'SelectMergeSpanProfile', span);
    expect(spanGraph.length).toBeGreaterThan(1_000);
    expect(await ask(to, 'SelectMergeSpanProfile', span)).toBe(spanGraph);
  } finally {
    await Promise.all([from.close(), to.close()]);
  }
});
