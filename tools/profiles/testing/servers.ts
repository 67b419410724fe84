import { gzipSync } from 'node:zlib';
import {
  startTestServer,
  type TestServer,
} from '../../../apps/profile-server/src/testing/test-server.ts';

export { startTestServer, type TestServer };

/** 2026-11-23 01:00 UTC. */
export const HOUR = 1_795_395_600_000;

/** A `fetch` that asks a server without a socket. */
export function fetchOf({ app }: Pick<TestServer, 'app'>): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const body = init?.body;
    const response = await app.inject({
      method: init?.method === 'POST' ? 'POST' : 'GET',
      url: url.pathname + url.search,
      headers: Object.fromEntries(new Headers(init?.headers)),
      ...(body === undefined || body === null
        ? {}
        : { payload: typeof body === 'string' ? body : Buffer.from(body as Uint8Array) }),
    });
    return new Response(new Uint8Array(response.rawPayload), {
      status: response.statusCode,
      headers: { 'content-type': String(response.headers['content-type'] ?? '') },
    });
  };
}

/** Several servers by the host of the address. */
export function fetchByHost(servers: Readonly<Record<string, typeof fetch>>): typeof fetch {
  return (input, init) => {
    const { host } = new URL(input instanceof Request ? input.url : input);
    const server = servers[host];
    if (server === undefined) return Promise.reject(new TypeError(`nothing at ${host}`));
    return server(input, init);
  };
}

/** Pushes folded lines as a CPU profile of a service (`name{label=value}`) at a time; 1 is 10 ms. */
export async function pushFolded(
  { app }: Pick<TestServer, 'app'>,
  name: string,
  ms: number,
  lines: readonly string[],
): Promise<void> {
  const answer = await app.inject({
    method: 'POST',
    url: `/ingest?${new URLSearchParams({ name, from: String(ms), format: 'folded', sampleRate: '100' })}`,
    payload: gzipSync(lines.join('\n')),
  });
  if (answer.statusCode !== 200) throw new Error(answer.payload);
}
