import { PROBLEM_TYPE, type ProblemCode } from '@hsi/backend-api';
import { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { currentSpan } from '../telemetry.ts';
import { problemBody, ProblemError } from './problems.ts';

/** Every error leaves as `application/problem+json`. */
export function handleErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    return answer(reply, 'not-found', `There is no ${request.method} ${path} here.`);
  });
  app.setErrorHandler((error: FastifyError | Error, request, reply) => {
    if (error instanceof ProblemError) return answer(reply, error.code, error.message);
    const known = fromFastify(error, request.routeOptions.url);
    if (known !== undefined) return answer(reply, known, `${error.message}.`);
    request.log.error({ err: error }, `${request.method} ${request.url} failed`);
    return answer(reply, 'internal', 'Something failed here that should not. The log says what.');
  });
}

function answer(reply: FastifyReply, code: ProblemCode, detail: string) {
  const body = problemBody(code, detail, currentSpan()?.trace_id);
  return reply.code(body.status).type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** Fastify's own refusals of a request. */
function fromFastify(
  error: FastifyError | Error,
  route: string | undefined,
): ProblemCode | undefined {
  const { statusCode } = error as Partial<FastifyError>;
  if (statusCode === 413 && route?.endsWith('/infer')) return 'image-too-large';
  if (statusCode === 415) return 'unsupported-media-type';
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500
    ? 'bad-request'
    : undefined;
}
