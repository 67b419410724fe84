import { Buffer } from 'node:buffer';
import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { ProblemError } from './problems.ts';

/**
 * Who may write: a page of the same origin, or whoever has the token. Browsers set `Sec-Fetch-Site`
 * and `Origin` themselves, so that a page of another origin cannot claim to be ours.
 * @returns the actor for the audit: what the caller calls itself in `X-HSI-Actor` (nobody checks
 * that name, but a page of another origin cannot send it), else `browser` or `token`
 * @throws ProblemError `foreign-origin`, `token-required`
 */
export function requireWriter(headers: IncomingHttpHeaders, token: string | undefined): string {
  const isFromPage = headers['sec-fetch-site'] !== undefined || headers.origin !== undefined;
  if (isFromPage && !isSameOrigin(headers)) {
    // Whatever token comes with it: a gateway may have added that to every request.
    throw new ProblemError(
      'foreign-origin',
      'The request comes from a page of another origin. Only pages of the same origin may change anything.',
    );
  }
  if (hasToken(headers, token)) return actorName(headers, 'token');
  if (isFromPage) return actorName(headers, 'browser');
  throw tokenRequired(token);
}

/**
 * For what only scripts and services do.
 * @throws ProblemError `token-required`
 */
export function requireToken(headers: IncomingHttpHeaders, token: string | undefined): void {
  if (!hasToken(headers, token)) throw tokenRequired(token);
}

function tokenRequired(token: string | undefined): ProblemError {
  return new ProblemError(
    'token-required',
    token === undefined
      ? 'This call needs a token, and the backend has none: set BACKEND_TOKEN and send it as "Authorization: Bearer …".'
      : 'This call needs the token of BACKEND_TOKEN: send it as "Authorization: Bearer …".',
  );
}

function hasToken(headers: IncomingHttpHeaders, token: string | undefined): boolean {
  const given = /^Bearer (\S{1,512})$/i.exec(headers.authorization ?? '')?.[1];
  return token !== undefined && given !== undefined && isSame(given, token);
}

function actorName(headers: IncomingHttpHeaders, otherwise: string): string {
  const name = headers['x-hsi-actor'];
  return typeof name === 'string' && /^[a-z0-9][a-z0-9.-]{0,31}$/.test(name) ? name : otherwise;
}

/** In constant time; the digests make the lengths equal. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(Buffer.from(text)).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function isSameOrigin(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin } = headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  // Behind a proxy the browser's host is in X-Forwarded-Host, unless the proxy rewrote the origin.
  const { host } = new URL(origin);
  return host === headers.host || host === headers['x-forwarded-host'];
}
