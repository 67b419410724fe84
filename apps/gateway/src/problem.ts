import { type FastifyReply } from 'fastify';

/** What every refusal of ours looks like: codes as Connect names them, and a sentence. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** An error that knows its answer. */
export class GatewayError extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'GatewayError';
  }
}

export function sendProblem(reply: FastifyReply, status: number, problem: Problem): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(problem);
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid_argument',
  403: 'permission_denied',
  404: 'not_found',
  413: 'resource_exhausted',
  415: 'invalid_argument',
  502: 'unavailable',
  504: 'deadline_exceeded',
};

export function codeOf(status: number): string {
  return CODES[status] ?? (status < 500 ? 'invalid_argument' : 'internal');
}
