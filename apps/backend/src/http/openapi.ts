import { Problem, PROBLEM_TYPE, type ProblemCode } from '@hsi/backend-api';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type GenericSchema } from 'valibot';
import { PROBLEMS } from './problems.ts';
import { type Operation } from './routes.ts';

type Json = Record<string, unknown>;

const SECURITY: Readonly<Record<Operation['access'], Json[]>> = {
  everybody: [],
  // The empty requirement stands for a page of the same origin, which needs no token.
  'same origin or token': [{}, { token: [] }],
  token: [{ token: [] }],
};

/** The OpenAPI 3.1 document of the operations that are served. */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const schemas: Json = { Problem: schemaOf(Problem) };
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const { answer, url, method } = operation;
    if ('schema' in answer) schemas[answer.name] = schemaOf(answer.schema);
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'HSI backend',
      version,
      description:
        'Configuration, model zoo, audit and events. Every error is `application/problem+json`. Calls that change something need a page of the same origin or the token.',
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The value of BACKEND_TOKEN.' },
      },
    },
  };
}

function describe(operation: Operation): Json {
  const { summary, description, tag, access, url, method } = operation;
  const parameters = [...pathParameters(url), ...queryParameters(operation)];
  return {
    operationId: operationId(method, url),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[access],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBody(operation),
    responses: { ...success(operation), ...failures(operation) },
  };
}

/** `POST /api/models/:name/load` -> `postModelsNameLoad`. */
function operationId(method: string, url: string): string {
  const words = url.replace('/api/', '').split(/[^a-z]+/);
  const named = words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  return method.toLowerCase() + named.join('');
}

function pathParameters(url: string): Json[] {
  return [...url.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters({ query }: Operation): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(query, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: asNumber(schema),
  }));
}

/** In a query a number is text of digits: the document calls it what it means. */
function asNumber(schema: Json): Json {
  const { type, pattern, default: fallback, ...rest } = schema;
  if (type !== 'string' || pattern !== '^\\d+$') return schema;
  const number = { type: 'integer', minimum: 0, ...rest };
  return fallback === undefined ? number : { ...number, default: Number(fallback) };
}

function requestBody({ body, bytes }: Operation): Json {
  if (body !== undefined) {
    const content = { 'application/json': { schema: schemaOf(body, 'input') } };
    return { requestBody: { required: true, content } };
  }
  if (bytes === undefined) return {};
  const content = Object.fromEntries(bytes.map((type) => [type, {}]));
  return { requestBody: { required: true, content } };
}

function success({ answer, status = 200, summary }: Operation): Json {
  const content =
    'schema' in answer
      ? { 'application/json': { schema: { $ref: `#/components/schemas/${answer.name}` } } }
      : { [answer.text]: { schema: { type: 'string' } } };
  return { [status]: { description: summary, content } };
}

function failures({ problems, url }: Operation): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of [...problems, 'internal'] as ProblemCode[]) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${PROBLEMS[code].title}`]);
  }
  const content = { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } };
  const responses: [string, Json][] = [...byStatus].map(([status, lines]) => [
    String(status),
    { description: lines.join('; '), content },
  ]);
  if (url === '/api/ready') {
    const schema = { $ref: '#/components/schemas/ReadyResponse' };
    const body = { 'application/json': { schema } };
    responses.push(['503', { description: 'A check fails', content: body }]);
  }
  return Object.fromEntries(responses);
}

/** Transformations (texts to numbers in a query) are described by what goes in. */
function schemaOf(schema: GenericSchema, mode: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...json } = toJsonSchema(schema, {
    typeMode: mode,
    target: 'draft-2020-12',
    // `trim` and regular expressions with flags have no JSON Schema; the rest of the rule stays.
    errorMode: 'ignore',
  });
  return json;
}
