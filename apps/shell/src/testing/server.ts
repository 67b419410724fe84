import { vi } from 'vitest';

/** What a path answers: JSON with 200, a `Response`, or a failure to be reached. */
type Answer = unknown;

export interface TestServer {
  /** `METHOD path` of every request, in order. */
  readonly asked: string[];
  /** Changes what a path answers. */
  set(path: string, answer: Answer): void;
}

/** A server that cannot be reached. */
export const DOWN = Symbol('down');
/** A server that never answers. */
export const SILENT = Symbol('silent');

/** Answers `fetch` by path (without query); an unknown path is 404. */
export function serve(answers: Record<string, Answer>): TestServer {
  const table = new Map(Object.entries(answers));
  const asked: string[] = [];
  vi.stubGlobal('fetch', (input: string, init: RequestInit = {}) => {
    const path = new URL(input, window.location.origin).pathname;
    asked.push(`${init.method ?? 'GET'} ${path}`);
    const answer = table.get(path);
    if (answer === SILENT) return untilAborted(init.signal);
    if (answer === DOWN) return Promise.reject(new TypeError('Failed to fetch'));
    if (answer instanceof Response) return Promise.resolve(answer.clone());
    if (answer === undefined) return Promise.resolve(problem(404, 'Nothing is here.'));
    return Promise.resolve(Response.json(answer));
  });
  return { asked, set: (path, answer) => table.set(path, answer) };
}

/** A refusal as the gateway words it. */
export function problem(status: number, message: string): Response {
  return Response.json({ code: 'unavailable', message }, { status });
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal?.aborted === true) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason));
  });
}
