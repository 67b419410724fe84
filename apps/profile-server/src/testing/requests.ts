import { encodePprof } from '@hsi/pprof-codec';
import { ProfileTablesBuilder } from '@hsi/profile-model';
import { type TestServer } from './test-server.ts';

const CPU = { type: 'cpu', unit: 'nanoseconds' };

/** The type of every profile that {@link pprof} makes, its time, and a range around it. */
export const TYPE = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
export const MS = 1_795_397_600_000;
export const RANGE = { start: String(MS - 1_000_000), end: String(MS + 1_000_000) };

type Headers = Record<string, string>;

/** pprof of folded lines. */
export function pprof(folded = 'main;work 5', timeMs = MS): Buffer {
  const builder = new ProfileTablesBuilder();
  for (const line of folded.split('\n')) {
    const [stack = '', value = '0'] = line.split(' ');
    builder.add(
      stack.split(';').map((frame) => builder.frame(frame)),
      [BigInt(value)],
    );
  }
  const tables = builder.build({ sampleTypes: [CPU], periodType: CPU, period: 1 });
  return Buffer.from(encodePprof({ ...tables, timeNanos: BigInt(timeMs) * 1_000_000n }));
}

/** What a client asks a test server. */
export class TestClient {
  constructor(private readonly server: TestServer) {}

  push(body: Buffer | string, query = 'name=app&format=pprof', headers: Headers = {}) {
    return this.server.app.inject({
      method: 'POST',
      url: `/ingest?${query}`,
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body,
    });
  }

  ask(method: string, body: object, headers: Headers = {}) {
    return this.post(`/querier.v1.QuerierService/${method}`, JSON.stringify(body), headers);
  }

  post(url: string, body: Buffer | string, headers: Headers = {}) {
    return this.server.app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  }

  get(url: string, headers: Headers = {}) {
    return this.server.app.inject({ url, headers });
  }

  /** The sum of what a selector finds; '0' for nothing. */
  async total(selector = '{}', headers: Headers = {}, profileTypeID = TYPE): Promise<string> {
    const body = { ...RANGE, profileTypeID, labelSelector: selector };
    const answer = await this.ask('SelectMergeStacktraces', body, headers);
    return answer.json<{ flamegraph: { total?: string } }>().flamegraph.total ?? '0';
  }

  /** One counter of `/metrics`; 0 when it was never counted. */
  async metric(name: string): Promise<number> {
    const { body } = await this.get('/metrics');
    const line = body.split('\n').find((text) => text.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? 0);
  }
}
