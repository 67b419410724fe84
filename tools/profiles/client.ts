import { PyroscopeClient, type PyroscopeError } from '@hsi/pyroscope-api';
import { type Server } from './options.ts';

/** How long one request may take, milliseconds. */
export const REQUEST_MS = 60_000;

/**
 * A client of a server. It also takes label names beyond letters, digits and underscores, which a
 * server hides from those who do not ask for them.
 */
export function clientOf(server: Server, fetchOne: typeof fetch = fetch): PyroscopeClient {
  return new PyroscopeClient({
    baseUrl: server.url,
    tenant: server.tenant,
    timeoutMs: REQUEST_MS,
    headers: server.authorization === undefined ? {} : { authorization: server.authorization },
    fetch: (input, init) =>
      fetchOne(input, {
        ...init,
        headers: {
          ...(init?.headers as Record<string, string> | undefined),
          accept: 'application/json; allow-utf8-labelnames=true',
        },
      }),
  });
}

/** A failed request as sentences: what happened, where, and what to do. */
export function describeFailure(error: PyroscopeError, { url }: Server): string {
  const said = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  if (error.status === 0 && error.code === 'unavailable') {
    return `${said} Nothing answers at ${url}: start the server or name another one.`;
  }
  if (error.code === 'unauthenticated' || error.code === 'permission_denied') {
    return `${said} ${url} wants credentials: see "Credentials" in docs/command-line.md.`;
  }
  if (error.status === 404) {
    return `${said} Is ${url} the address of a Pyroscope server, without the path of a method?`;
  }
  if (error.code === 'deadline_exceeded') return `${said} Ask ${url} for a shorter range.`;
  return `${said} (${url}, ${error.code}${error.status === 0 ? '' : `, status ${error.status}`})`;
}
