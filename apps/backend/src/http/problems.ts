import { type Problem, type ProblemCode } from '@hsi/backend-api';

/** The catalogue of errors: title and HTTP status of each code. `docs` and OpenAPI are made of it. */
export const PROBLEMS: Readonly<Record<ProblemCode, { title: string; status: number }>> = {
  'bad-request': { title: 'The request does not fit', status: 400 },
  'not-found': { title: 'No such resource', status: 404 },
  'unknown-model': { title: 'Unknown model', status: 404 },
  'model-disabled': { title: 'The model is disabled', status: 409 },
  'model-unavailable': { title: 'The model is unavailable', status: 409 },
  'model-in-use': { title: 'The model is in use', status: 409 },
  'load-failed': { title: 'Loading failed', status: 500 },
  'inference-failed': { title: 'Inference failed', status: 500 },
  'memory-budget': { title: 'The memory budget is used up', status: 503 },
  'bad-image': { title: 'The image cannot be read', status: 422 },
  'image-too-large': { title: 'The image is too large', status: 413 },
  'unsupported-media-type': { title: 'Unsupported media type', status: 415 },
  'foreign-origin': { title: 'Another origin may not write', status: 403 },
  'token-required': { title: 'A token is needed', status: 401 },
  'too-busy': { title: 'Too many calls at once', status: 503 },
  internal: { title: 'Internal error', status: 500 },
};

/** An error with a code of the catalogue. The message is a sentence for the caller. */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'ProblemError';
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** The body of the answer to an error. */
export function problemBody(code: ProblemCode, detail: string, traceId?: string): Problem {
  const { title, status } = PROBLEMS[code];
  return {
    type: `urn:hsi:problem:${code}`,
    title,
    status,
    detail,
    code,
    ...(traceId === undefined ? {} : { trace_id: traceId }),
  };
}
