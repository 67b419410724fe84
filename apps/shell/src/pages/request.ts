import * as v from 'valibot';
import { newTraceparent } from './trace-context.ts';

/** Milliseconds that reading something may take. */
const READ_LIMIT_MS = 8_000;

/** The backend says it as RFC 9457 does (`detail`), the gateway as Connect does (`message`). */
const Refusal = v.union([
  v.pipe(
    v.object({ detail: v.string() }),
    v.transform(({ detail }) => detail),
  ),
  v.pipe(
    v.object({ message: v.string() }),
    v.transform(({ message }) => message),
  ),
]);

export interface RequestOptions extends RequestInit {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that the whole request may take. */
  readonly limitMs?: number;
}

/**
 * Reads, or does something: what changes the server starts a trace of its own; polls do not, as they
 * would bury the others.
 * @throws Error with the server's own sentence where it gave one
 */
export async function fetchJson<T>(
  url: string,
  schema: v.GenericSchema<unknown, T>,
  { limitMs = READ_LIMIT_MS, ...init }: RequestOptions = {},
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  const isAction = (init.method ?? 'GET') !== 'GET';
  const response = await fetch(url, {
    ...init,
    headers: { ...(isAction && { traceparent: newTraceparent() }), ...init.headers },
    signal: init.signal ? AbortSignal.any([init.signal, limit]) : limit,
  });
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const refusal = v.safeParse(Refusal, body);
    const path = url.split('?', 1)[0] ?? url;
    throw new Error(refusal.success ? refusal.output : `${path} answered ${response.status}`);
  }
  const parsed = v.safeParse(schema, body);
  if (!parsed.success) {
    throw new Error(`${url.split('?', 1)[0]} answered something else than expected`);
  }
  return parsed.output;
}

/** Why a request failed, without a full stop, to stand after a colon. */
export function whyFailed(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  // Browsers word it differently; `fetch` throws a TypeError for nothing else here.
  if (error instanceof TypeError) return 'the server cannot be reached';
  const message = error instanceof Error ? error.message : String(error);
  return message.trim().replace(/\.$/, '');
}
