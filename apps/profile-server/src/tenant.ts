import { type FastifyRequest } from 'fastify';
import { invalid } from './refusal.ts';

export const DEFAULT_TENANT = 'anonymous';

/** Letters, digits and what object stores take in names, as Pyroscope has it. */
const TENANT = /^[a-zA-Z0-9!\-_.*'()]{1,150}$/;

/** Whose data a request is about. @throws Refusal */
export function tenantOf(request: FastifyRequest): string {
  const header = request.headers['x-scope-orgid'];
  const tenant = (Array.isArray(header) ? header[0] : header) ?? DEFAULT_TENANT;
  if (tenant === '') return DEFAULT_TENANT;
  if (!TENANT.test(tenant) || tenant === '.' || tenant === '..') {
    throw invalid(
      "X-Scope-OrgID is not a tenant: at most 150 letters, digits and !-_.*'()",
      'tenant',
    );
  }
  return tenant;
}
