import { type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { type Upstream } from './settings.ts';

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that only we may set. */
const NOT_PASSED_ON = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'x-scope-orgid',
]);

/** What the person's request says about itself. */
export interface Incoming {
  readonly headers: IncomingHttpHeaders;
  /** Address of the client. */
  readonly remoteAddress: string | undefined;
  readonly protocol: string;
  readonly id: string;
}

/**
 * The headers that an upstream gets. Its own `Host`, because hosted servers need it; therefore an
 * `Origin` of our own page becomes the upstream's origin, as Grafana compares the two (login,
 * queries, live). A foreign `Origin` stays, so that Grafana refuses it.
 *
 * An upstream on this machine is asked for plain answers: compressing them once, here and with
 * Brotli, makes them smaller for the browser than what most servers do.
 */
export function upstreamHeaders(upstream: Upstream, incoming: Incoming): OutgoingHttpHeaders {
  const { host, origin } = incoming.headers;
  const headers = withoutConnectionHeaders(incoming.headers);
  headers.host = upstream.url.host;
  if (isOwnOrigin(origin, host)) headers.origin = upstream.url.origin;
  if (isLoopback(upstream.url.hostname)) delete headers['accept-encoding'];
  if (upstream.authorization !== undefined) headers.authorization = upstream.authorization;
  const before = incoming.headers['x-forwarded-for'];
  headers['x-forwarded-for'] = [before, incoming.remoteAddress].filter(Boolean).join(', ');
  headers['x-forwarded-host'] = incoming.headers['x-forwarded-host'] ?? host;
  headers['x-forwarded-proto'] = incoming.headers['x-forwarded-proto'] ?? incoming.protocol;
  headers['x-request-id'] = incoming.id;
  return headers;
}

/** The headers of an upstream's answer that a browser gets. */
export function answerHeaders(upstream: Upstream, headers: IncomingHttpHeaders) {
  const kept = withoutConnectionHeaders(headers);
  if (headers.location !== undefined) kept.location = ownLocation(upstream, headers.location);
  return kept;
}

/** Whether `origin` is the one that the request itself was sent to. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function withoutConnectionHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const listed = (headers.connection ?? '').toLowerCase().split(/\s*,\s*/);
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => value !== undefined && !NOT_PASSED_ON.has(name) && !listed.includes(name),
    ),
  );
}

/** A redirect to the upstream's own origin stays on ours. */
function ownLocation(upstream: Upstream, location: string): string {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url?.origin !== upstream.url.origin) return location;
  return `${url.pathname}${url.search}${url.hash}`;
}
