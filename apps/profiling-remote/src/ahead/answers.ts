import { type AheadContext } from '@hsi/remote-contract';
import { type UnixMs } from '@hsi/profile-model';

/** What the script asked, for the page that is mounted after it. */
export interface AheadAnswers {
  /** The moment that relative times were read at. */
  readonly now: UnixMs;
  readonly context: AheadContext & { readonly search: string };
  /** {@link callKey} -> the answer, each for one reader. */
  readonly answers: Map<string, Promise<Response>>;
}

/** An answer older than this is asked for anew. */
const FRESH_MS = 10_000;

const GLOBAL = 'hsiProfilingAhead';
const holder = globalThis as { [GLOBAL]?: AheadAnswers | undefined };

export function keepAnswers(ahead: AheadAnswers): void {
  holder[GLOBAL] = ahead;
}

/** The answers for a page of this context, once; undefined when there are none that fit it. */
export function takeAnswers(
  context: Omit<AheadAnswers['context'], 'basename' | 'backendUrl'>,
  now: UnixMs = Date.now(),
): AheadAnswers | undefined {
  const ahead = holder[GLOBAL];
  holder[GLOBAL] = undefined;
  if (ahead === undefined || now - ahead.now >= FRESH_MS) return undefined;
  const { profilesUrl, tenant, search } = ahead.context;
  const isSame =
    profilesUrl === context.profilesUrl && tenant === context.tenant && search === context.search;
  return isSame ? ahead : undefined;
}

export function callKey(url: string, body: unknown): string {
  return `${url}\n${String(body)}`;
}

/** A `fetch` that gives the answers that are here, or on their way, and asks for all others. */
export function fetchAfter({ answers }: AheadAnswers, fetch: typeof globalThis.fetch) {
  return (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const key = callKey(String(input), init?.body);
    const answer = answers.get(key);
    if (answer === undefined) return fetch(input, init);
    answers.delete(key);
    return untilAborted(answer, init?.signal ?? undefined);
  };
}

function untilAborted(answer: Promise<Response>, signal?: AbortSignal): Promise<Response> {
  if (signal === undefined) return answer;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
