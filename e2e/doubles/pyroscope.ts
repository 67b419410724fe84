import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';

const DAY_MS = 86_400_000;

export interface StrictPyroscopeOptions {
  /** The profile server that has the data, in its standard tenant. */
  readonly profiles: string;
  /** Value of the `Authorization` header that every request must carry. */
  readonly authorization: string;
  readonly tenant: string;
}

export interface StrictPyroscope {
  /** With a sub-path, as behind a proxy of somebody's. */
  readonly url: string;
  /** Queries that a real Pyroscope would not have answered with what the page needs. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

interface Body {
  readonly start?: string | number;
  readonly end?: string | number;
  readonly matchers?: readonly string[];
  readonly labelSelector?: string;
  readonly labelNames?: readonly string[];
}

/**
 * Our profile server with the limits of a Pyroscope 2 as it is installed: below a sub-path, with
 * credentials and a tenant; fresh data only where `service_name` is matched by `=`, but for the list
 * of services and their types; no range beyond a day (`max_query_length`); no span selector on
 * SelectMergeStacktraces.
 */
export async function startStrictPyroscope(
  options: StrictPyroscopeOptions,
): Promise<StrictPyroscope> {
  const prefix = '/hosted/pyroscope';
  const complaints: string[] = [];
  const server = createServer((request, response) => {
    answer(request).then(
      ([status, body]) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });

  async function answer(request: IncomingMessage): Promise<[status: number, body: string]> {
    const { headers, url = '' } = request;
    const text = await readBody(request);
    const name = /^\/querier\.v1\.QuerierService\/(\w+)$/u.exec(url.slice(prefix.length))?.[1];
    if (!url.startsWith(`${prefix}/`) || name === undefined)
      return [404, problem('not_found', url)];
    if (headers.authorization !== options.authorization) {
      return [401, problem('unauthenticated', 'invalid credentials')];
    }
    if (headers['x-scope-orgid'] !== options.tenant) {
      return [401, problem('unauthenticated', 'no org id')];
    }
    if (headers['content-type'] !== 'application/json') return [415, problem('unknown', 'json')];
    const { spanSelector, ...body } = JSON.parse(text) as Body & { spanSelector?: string[] };
    if (Number(body.end) - Number(body.start) > DAY_MS) {
      const message = 'the query time range exceeds the limit (query length: 168h, limit: 24h)';
      return [400, problem('invalid_argument', message)];
    }
    if (!isNamed(body)) {
      const isList = [...(body.labelNames ?? [])].sort().join() === '__profile_type__,service_name';
      if (name !== 'Series') complaints.push(`${name} without service_name: ${text}`);
      if (name !== 'Series' || !isList) return [200, '{}'];
    }
    if (name === 'SelectMergeStacktraces' && spanSelector !== undefined) {
      complaints.push(`${name} with a span selector, which older servers ignore`);
    }
    const passed = name === 'SelectMergeSpanProfile' ? { ...body, spanSelector } : body;
    const upstream = await fetch(`${options.profiles}/querier.v1.QuerierService/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(passed),
    });
    return [upstream.status, await upstream.text()];
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${prefix}`,
    complaints,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isNamed({ matchers = [], labelSelector = '' }: Body): boolean {
  return /service_name="[^"]+"/u.test([labelSelector, ...matchers].join());
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function problem(code: string, message: string): string {
  return JSON.stringify({ code, message });
}
