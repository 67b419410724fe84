import {
  AuditQuery,
  AuditResponse,
  ConfigResponse,
  EventsQuery,
  EventsResponse,
  HealthResponse,
  IMAGE_TYPES,
  InferResponse,
  LoadResponse,
  ModelsResponse,
  NewEvent,
  ReadyResponse,
  TimelineEvent,
  UnloadResponse,
} from '@hsi/backend-api';
import * as v from 'valibot';
import { type AuditLog } from '../logs/audit-log.ts';
import { type EventLog } from '../logs/event-log.ts';
import { type Metrics } from '../metrics.ts';
import { type ModelService } from '../zoo/model-service.ts';
import { requireToken, requireWriter } from './guard.ts';
import { type Operation, parse } from './routes.ts';

export interface OperationsOptions {
  readonly config: ConfigResponse;
  readonly models: ModelService;
  readonly audit: AuditLog;
  readonly events: EventLog;
  readonly metrics: Metrics;
  readonly token: string | undefined;
  readonly version: string;
  readonly now: () => number;
}

const NAME = v.object({ name: v.pipe(v.string(), v.maxLength(128)) });
const WRITE_PROBLEMS = ['foreign-origin', 'token-required'] as const;
const MODEL_PROBLEMS = ['unknown-model', 'model-disabled', 'model-unavailable'] as const;

/** Everything that the backend serves as JSON or text, except its own description. */
export function operations(options: OperationsOptions): Operation[] {
  return [...pageOperations(options), ...modelOperations(options), ...serviceOperations(options)];
}

function pageOperations({ config, audit, events, token, now }: OperationsOptions): Operation[] {
  return [
    {
      method: 'GET',
      url: '/api/config',
      tag: 'page',
      summary: 'What the page needs to know about its surroundings',
      answer: { name: 'ConfigResponse', schema: ConfigResponse },
      problems: [],
      access: 'everybody',
      handle: () => config,
    },
    {
      method: 'GET',
      url: '/api/audit',
      tag: 'audit',
      summary: 'Who did what with which model, the newest first',
      query: AuditQuery,
      answer: { name: 'AuditResponse', schema: AuditResponse },
      problems: ['bad-request'],
      access: 'everybody',
      handle: (request) => audit.query(parse(AuditQuery, request.query, 'query')),
    },
    {
      method: 'GET',
      url: '/api/events',
      tag: 'events',
      summary: 'Starts, deploys and notes for the timeline, the oldest first',
      query: EventsQuery,
      answer: { name: 'EventsResponse', schema: EventsResponse },
      problems: ['bad-request'],
      access: 'everybody',
      handle: (request) => events.query(parse(EventsQuery, request.query, 'query')),
    },
    {
      method: 'POST',
      url: '/api/events',
      tag: 'events',
      summary: 'Adds a mark to the timeline',
      body: NewEvent,
      answer: { name: 'TimelineEvent', schema: TimelineEvent },
      status: 201,
      problems: ['bad-request', 'token-required', 'unsupported-media-type'],
      access: 'token',
      handle: (request) => {
        requireToken(request.headers, token);
        return events.append(parse(NewEvent, request.body, 'event'), now());
      },
    },
  ];
}

function modelOperations({ models, token }: OperationsOptions): Operation[] {
  return [
    {
      method: 'GET',
      url: '/api/models',
      tag: 'models',
      summary: 'Every model of the catalog with its live state, and the memory budget',
      answer: { name: 'ModelsResponse', schema: ModelsResponse },
      problems: [],
      access: 'everybody',
      handle: () => models.list(),
    },
    {
      method: 'POST',
      url: '/api/models/:name/load',
      tag: 'models',
      summary: 'Brings a model into memory',
      description:
        'Unloads the least recently used models first when the budget asks for it, never one in use. A model that is being loaded already is loaded once for all callers.',
      answer: { name: 'LoadResponse', schema: LoadResponse },
      problems: [...WRITE_PROBLEMS, ...MODEL_PROBLEMS, 'load-failed', 'memory-budget'],
      access: 'same origin or token',
      handle: (request) => {
        const actor = requireWriter(request.headers, token);
        return models.load(parse(NAME, request.params, 'path').name, actor);
      },
    },
    {
      method: 'POST',
      url: '/api/models/:name/unload',
      tag: 'models',
      summary: "Frees a model's memory",
      answer: { name: 'UnloadResponse', schema: UnloadResponse },
      problems: [...WRITE_PROBLEMS, 'unknown-model', 'model-in-use'],
      access: 'same origin or token',
      handle: (request) => {
        const actor = requireWriter(request.headers, token);
        return models.unload(parse(NAME, request.params, 'path').name, actor);
      },
    },
    {
      method: 'POST',
      url: '/api/models/:name/infer',
      tag: 'models',
      summary: 'Runs a model on the image in the body',
      description:
        'Loads the model first where needed. Answers of demo weights say so in `weights` and `note`.',
      bytes: IMAGE_TYPES,
      answer: { name: 'InferResponse', schema: InferResponse },
      problems: [
        ...WRITE_PROBLEMS,
        ...MODEL_PROBLEMS,
        'bad-image',
        'image-too-large',
        'unsupported-media-type',
        'load-failed',
        'memory-budget',
        'inference-failed',
        'too-busy',
      ],
      access: 'same origin or token',
      handle: (request) => {
        const actor = requireWriter(request.headers, token);
        const { name } = parse(NAME, request.params, 'path');
        const mediaType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
        return models.infer(name, actor, request.body, mediaType.toLowerCase());
      },
    },
  ];
}

function serviceOperations(options: OperationsOptions): Operation[] {
  const { metrics, audit, events, version } = options;
  const started = performance.now();
  return [
    {
      method: 'GET',
      url: '/api/health',
      tag: 'service',
      summary: 'The process answers',
      answer: { name: 'HealthResponse', schema: HealthResponse },
      problems: [],
      access: 'everybody',
      handle: () => ({
        status: 'ok',
        version,
        uptime_seconds: (performance.now() - started) / 1000,
      }),
    },
    {
      method: 'GET',
      url: '/api/ready',
      tag: 'service',
      summary: 'Everything that must be kept can be kept; 503 otherwise',
      answer: { name: 'ReadyResponse', schema: ReadyResponse },
      problems: [],
      access: 'everybody',
      handle: (_, reply) => {
        const checks = [
          storageCheck('audit', audit.failure),
          storageCheck('events', events.failure),
        ];
        const isReady = checks.every(({ ok }) => ok);
        reply.code(isReady ? 200 : 503);
        return { status: isReady ? 'ready' : 'not-ready', checks };
      },
    },
    {
      method: 'GET',
      url: '/api/metrics',
      tag: 'service',
      summary: 'Metrics in the text format of Prometheus',
      answer: { text: 'text/plain' },
      problems: [],
      access: 'everybody',
      handle: async (_, reply) => {
        reply.type(metrics.registry.contentType);
        return metrics.registry.metrics();
      },
    },
  ];
}

function storageCheck(name: string, failure: string | undefined) {
  return failure === undefined ? { name, ok: true } : { name, ok: false, detail: failure };
}
