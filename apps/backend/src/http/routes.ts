import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { ProblemError } from './problems.ts';

/** One operation: how it is served and how the OpenAPI document describes it. */
export interface Operation {
  readonly method: 'GET' | 'POST';
  /** With `:name` for parameters. */
  readonly url: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'page' | 'models' | 'audit' | 'events' | 'service';
  readonly query?: v.ObjectSchema<v.ObjectEntries, undefined>;
  /** A JSON body. */
  readonly body?: v.GenericSchema;
  /** Media types of a body that is passed on as bytes. */
  readonly bytes?: readonly string[];
  /** Name of the answer's schema in the document, and the schema; a media type for plain text. */
  readonly answer: { readonly name: string; readonly schema: v.GenericSchema } | { text: string };
  readonly status?: number;
  /** Codes of the errors that it can answer. */
  readonly problems: readonly string[];
  /** Who may call it. */
  readonly access: 'everybody' | 'same origin or token' | 'token';
  handle(request: FastifyRequest, reply: FastifyReply): unknown;
}

/** Bytes of a JSON body; images have a limit of their own. */
const JSON_LIMIT = 64_000;

export function serve(app: FastifyInstance, operations: readonly Operation[]): void {
  for (const { method, url, handle, status = 200, bytes } of operations) {
    app.route({
      method,
      url,
      ...(bytes === undefined ? { bodyLimit: JSON_LIMIT } : {}),
      handler: async (request, reply) => {
        reply.code(status);
        return handle(request, reply);
      },
    });
  }
}

/**
 * Parses what came with a request.
 * @throws ProblemError `bad-request` that names the field and says what fits
 */
export function parse<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  what: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = v.getDotPath(issue);
  throw new ProblemError(
    'bad-request',
    `The ${what}${field === null ? '' : ` field ${field}`} does not fit: ${issue.message}.`,
  );
}
