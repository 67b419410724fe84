import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestClient } from './testing/requests.ts';
import { startTestServer, type TestServer } from './testing/test-server.ts';

const FIXTURES = new URL('./fixtures/clients/', import.meta.url);
const Push = v.object({
  client: v.string(),
  file: v.string(),
  url: v.string(),
  headers: v.record(v.string(), v.string()),
  series: v.array(
    v.object({ type: v.string(), labels: v.record(v.string(), v.string()), total: v.number() }),
  ),
});
type Push = v.InferOutput<typeof Push>;
type Series = Push['series'][number];
const PUSHES = v.parse(
  v.array(Push),
  JSON.parse(readFileSync(new URL('clients.json', FIXTURES), 'utf8')),
);

/** All pushes are of this hour. */
const HOUR = { start: '1795654800000', end: '1795658400000' };

let server: TestServer;
let client: TestClient;
beforeEach(async () => {
  server = await startTestServer();
  client = new TestClient(server);
});
afterEach(() => server.close());

function send({ url, file, headers }: Push) {
  return client.post(url, readFileSync(new URL(file, FIXTURES)), headers);
}

async function ask<Answer>(method: string, body: object): Promise<Answer> {
  const headers = { accept: '*/*; allow-utf8-labelnames=true' };
  const answer = await client.ask(method, { ...HOUR, ...body }, headers);
  expect([answer.statusCode, answer.body.slice(0, 300)]).toEqual([200, expect.anything()]);
  return answer.json<Answer>();
}

/** A selector of exactly this series: labels that only others have are absent. */
function selectorOf({ labels }: Series, all: readonly Series[]): string {
  const names = new Set(all.flatMap((series) => Object.keys(series.labels)));
  const matchers = [...names].map(
    (name) => `${JSON.stringify(name)}=${JSON.stringify(labels[name] ?? '')}`,
  );
  return `{${matchers.join(',')}}`;
}

async function totals(profileTypeID: string, labelSelector: string): Promise<number[]> {
  const query = { profileTypeID, labelSelector };
  const { flamegraph } = await ask<{ flamegraph: { total?: string } }>(
    'SelectMergeStacktraces',
    query,
  );
  const { sample = [] } = await ask<{ sample?: { value: string[] }[] }>(
    'SelectMergeProfile',
    query,
  );
  const { series = [] } = await ask<{ series?: { points: { value: number }[] }[] }>(
    'SelectSeries',
    { ...query, step: 3_600 },
  );
  const rendered = await client.get(
    `/pyroscope/render?query=${encodeURIComponent(profileTypeID + labelSelector)}&from=${HOUR.start}&until=${HOUR.end}`,
  );
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return [
    Number(flamegraph.total ?? 0),
    sum(sample.map(({ value }) => Number(value[0]))),
    sum(series.flatMap(({ points }) => points.map(({ value }) => value))),
    rendered.json<{ flamebearer: { numTicks: number } }>().flamebearer.numTicks,
  ];
}

describe.each(PUSHES)('a push of $client', (push) => {
  test('is stored: the types, the labels and the totals that it holds', async () => {
    expect((await send(push)).statusCode).toBe(200);
    const types = await ask<{ profileTypes?: { ID: string }[] }>('ProfileTypes', {});
    expect(types.profileTypes?.map(({ ID }) => ID) ?? []).toEqual(
      [...new Set(push.series.map(({ type }) => type))].sort(),
    );
    for (const series of push.series) {
      const selector = selectorOf(series, push.series);
      expect(await totals(series.type, selector), selector).toEqual(Array(4).fill(series.total));
    }
  });
});

test('pushes of all clients stay apart', async () => {
  for (const push of PUSHES) await send(push);
  const all = PUSHES.flatMap(({ series }) => series);
  const services = await ask<{ names: string[] }>('LabelValues', { name: 'service_name' });
  expect(services.names).toEqual([...new Set(all.map(({ labels }) => labels.service_name))].sort());
  for (const type of new Set(all.map((series) => series.type))) {
    const ofType = all.filter((series) => series.type === type);
    const total = ofType.reduce((sum, series) => sum + series.total, 0);
    expect(await totals(type, '{}'), type).toEqual(Array(4).fill(total));
  }
});
