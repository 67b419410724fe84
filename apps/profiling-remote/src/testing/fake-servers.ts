import { type ConfigResponse } from '@hsi/backend-api';
import probes from '../ladder/fixtures/probes.json' with { type: 'json' };

/** How a Grafana was set up when its answers were recorded. */
export type RecordedSetting = keyof typeof probes;

/** What one path is answered with; `away` drops the connection, `silent` never answers. */
export type Answer =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | 'away'
  | 'silent';

/** Stands for every server that the page asks, by path. Change `answers` while a test runs. */
export class FakeServers {
  readonly requests: string[] = [];
  answers: Readonly<Record<string, Answer>>;

  constructor(...parts: readonly Readonly<Record<string, Answer>>[]) {
    this.answers = Object.assign({}, ...parts) as Record<string, Answer>;
  }

  /** Puts further answers over the present ones. */
  set(...parts: readonly Readonly<Record<string, Answer>>[]): void {
    this.answers = Object.assign({}, this.answers, ...parts) as Record<string, Answer>;
  }

  /** Number of requests to a path. */
  count(path: string): number {
    return this.requests.filter((requested) => requested === path).length;
  }

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, window.location.href);
    const path = url.origin === window.location.origin ? url.pathname : url.origin + url.pathname;
    this.requests.push(path);
    const answer = this.answers[path] ?? { status: 404, body: {} };
    if (answer === 'silent') return untilAborted(init?.signal);
    if (answer === 'away') throw new TypeError('Failed to fetch');
    return respond(answer);
  };
}

/** A Response as a browser gives it to `redirect: 'manual'`. */
function respond({ status, headers = {}, body = {} }: Exclude<Answer, string>): Response {
  const response = new Response(
    status === 204 || (status >= 300 && status < 400)
      ? null
      : typeof body === 'string'
        ? body
        : JSON.stringify(body),
    { status, headers: { 'content-type': 'application/json', ...headers } },
  );
  if (status >= 300 && status < 400) {
    Object.defineProperty(response, 'type', { value: 'opaqueredirect' });
  }
  return response;
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });
}

/** The backend, answering with this configuration. */
export function backend(config: Partial<ConfigResponse> = {}): Record<string, Answer> {
  return {
    '/api/config': {
      status: 200,
      body: { grafana_url: '/grafana', profiles_source: 'embedded', ...config },
    },
  };
}

export const BACKEND_DOWN: Readonly<Record<string, Answer>> = {
  '/api/config': { status: 502, body: { code: 'unavailable', message: 'The backend is away.' } },
};

/** A Grafana with our dashboard, answering as recorded. */
export function grafana(setting: RecordedSetting): Record<string, Answer> {
  return { ...probes[setting] };
}

/** What the gateway answers while Grafana is stopped. */
export const GRAFANA_AWAY: Readonly<Record<string, Answer>> = Object.fromEntries(
  Object.keys(probes['anonymous Viewer, embedding allowed']).map((path) => [
    path,
    { status: 502, body: { code: 'grafana_unavailable', message: 'Grafana does not answer.' } },
  ]),
);
