import { type PyroscopeClient, PyroscopeError } from '@hsi/pyroscope-api';
import { clientOf, REQUEST_MS } from '../client.ts';
import { type Server } from '../options.ts';

export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  /** Seconds that the server asks to wait. */
  readonly retryAfter: number | undefined;
}

/** A server with the requests that the client does not have. */
export class Connection {
  readonly client: PyroscopeClient;

  constructor(
    readonly server: Server,
    private readonly fetchOne: typeof fetch = fetch,
    readonly wait: (ms: number) => Promise<void> = (ms) =>
      new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    this.client = clientOf(server, fetchOne);
  }

  /** @throws PyroscopeError when no answer comes */
  async request(
    path: string,
    init: { method?: 'POST'; body?: Uint8Array<ArrayBuffer> | string; type?: string } = {},
  ): Promise<Answer> {
    const { url, tenant, authorization } = this.server;
    try {
      const response = await this.fetchOne(`${url}${path}`, {
        method: init.method ?? 'GET',
        signal: AbortSignal.timeout(REQUEST_MS),
        headers: {
          ...(init.type === undefined ? {} : { 'content-type': init.type }),
          ...(tenant === undefined ? {} : { 'x-scope-orgid': tenant }),
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(init.body === undefined ? {} : { body: init.body }),
      });
      const seconds = Number(response.headers.get('retry-after') ?? NaN);
      return {
        status: response.status,
        body: new Uint8Array(await response.arrayBuffer()),
        retryAfter: Number.isFinite(seconds) ? Math.min(60, seconds) : undefined,
      };
    } catch (error) {
      const message = `${path.split('?')[0]} of ${url} does not answer.`;
      throw new PyroscopeError(message, 'unavailable', 0, { cause: error });
    }
  }
}

/** What an answer that is no success says. */
export function refusalText({ body }: Answer): string {
  const text = new TextDecoder().decode(body.subarray(0, 2_000));
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed) {
      return String(parsed.message);
    }
  } catch {
    // Not JSON: the text itself.
  }
  return text.trim().slice(0, 300) || 'no reason given';
}

const TRIES = 6;

/** Tries again what fails in passing: no answer, 429, 5xx. */
export async function patiently<Result>(
  { wait }: Pick<Connection, 'wait'>,
  ask: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      const passes =
        error instanceof PyroscopeError &&
        (error.status === 0 || error.status === 429 || error.status >= 500);
      if (!passes || attempt >= TRIES) throw error;
      await wait(250 * 2 ** attempt);
    }
  }
}
