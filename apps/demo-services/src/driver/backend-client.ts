import {
  InferResponse,
  LoadResponse,
  ModelsResponse,
  Problem,
  UnloadResponse,
} from '@hsi/backend-api';
import * as v from 'valibot';

/** What the backend answered instead of what was asked for; `code` as in backend-api. */
export class BackendRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'BackendRefusal';
  }
}

/** What the audit calls the demo. */
const ACTOR = 'demo';

export interface BackendClientOptions {
  readonly baseUrl: string;
  readonly fetch?: typeof fetch;
  /** Milliseconds that one call may take. */
  readonly timeoutMs?: number;
}

/** The calls of the backend's API that the demo makes. Every call throws on failure. */
export class BackendClient {
  constructor(private readonly options: BackendClientOptions) {}

  models(signal: AbortSignal): Promise<ModelsResponse> {
    return this.call(ModelsResponse, 'GET', '/api/models', signal);
  }

  load(model: string, signal: AbortSignal): Promise<LoadResponse> {
    return this.call(LoadResponse, 'POST', `/api/models/${model}/load`, signal);
  }

  unload(model: string, signal: AbortSignal): Promise<UnloadResponse> {
    return this.call(UnloadResponse, 'POST', `/api/models/${model}/unload`, signal);
  }

  /** @param png a PNG file */
  infer(model: string, png: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<InferResponse> {
    return this.call(InferResponse, 'POST', `/api/models/${model}/infer`, signal, png);
  }

  private async call<T>(
    schema: v.GenericSchema<unknown, T>,
    method: string,
    path: string,
    signal: AbortSignal,
    png?: Uint8Array<ArrayBuffer>,
  ): Promise<T> {
    const { baseUrl, fetch: send = fetch, timeoutMs = 30_000 } = this.options;
    const response = await send(`${baseUrl}${path}`, {
      method,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      headers: {
        origin: new URL(baseUrl).origin,
        'x-hsi-actor': ACTOR,
        ...(png && { 'content-type': 'image/png' }),
      },
      ...(png && { body: png }),
    });
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return v.parse(schema, body);
    const problem = v.safeParse(Problem, body);
    throw problem.success
      ? new BackendRefusal(response.status, problem.output.code, problem.output.detail)
      : new BackendRefusal(
          response.status,
          'unknown',
          `${method} ${path} answered ${response.status}`,
        );
  }
}
