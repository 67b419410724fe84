import { timingSafeEqual } from 'node:crypto';
import { type FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';

/** @throws Refusal when a token is set and the request does not have it */
export function checkToken(request: FastifyRequest, token: string | undefined): void {
  if (token === undefined) return;
  const authorization = request.headers.authorization ?? '';
  const [, bearer] = /^Bearer (.+)$/i.exec(authorization) ?? [];
  const [, basic] = /^Basic (.+)$/i.exec(authorization) ?? [];
  // Pyroscope's SDKs can also send a user and a password: the password is the token then.
  const given =
    bearer ??
    Buffer.from(basic ?? '', 'base64')
      .toString()
      .split(':')
      .slice(1)
      .join(':');
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new Refusal(
    'unauthenticated',
    `${request.method} ${request.url.split('?')[0]} needs the ingest token: send "Authorization: Bearer <token>".`,
    'token',
  );
}
