import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PushQueue, type Push, type PushQueueOptions } from './push-queue.ts';

type Answer = number | Error | { status: number; retryAfter: string } | 'never';

/** A profile server that gives the answers in order, then 200 for ever. */
function server(...answers: Answer[]) {
  const received: string[] = [];
  const requests: { url: string; headers: unknown }[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    requests.push({ url: String(url), headers: init?.headers });
    const answer = answers.shift() ?? 200;
    if (answer === 'never') {
      return new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      });
    }
    if (answer instanceof Error) return Promise.reject(answer);
    const { status, retryAfter } =
      typeof answer === 'number' ? { status: answer, retryAfter: undefined } : answer;
    if (status === 200) received.push(new TextDecoder().decode(init?.body as Uint8Array));
    return Promise.resolve(
      new Response(status === 200 ? '' : 'the reason', {
        status,
        ...(retryAfter && { headers: { 'retry-after': retryAfter } }),
      }),
    );
  };
  return { received, requests, fetch };
}

const away = () =>
  Object.assign(new TypeError('fetch failed'), { cause: new Error('connect ECONNREFUSED') });
const profile = (text: string): Push => ({
  query: new URLSearchParams({ name: 'app{}' }),
  body: new Uint8Array(Buffer.from(text)),
});

describe('a push queue', () => {
  let warnings: string[];
  const queueTo = (fetch: typeof globalThis.fetch, options: Partial<PushQueueOptions> = {}) =>
    new PushQueue({
      serverAddress: 'http://profiles:4040',
      headers: { 'x-scope-orgid': 'home' },
      maxPushes: 3,
      maxBytes: 1_000,
      timeoutMs: 5_000,
      firstDelayMs: 1_000,
      maxDelayMs: 60_000,
      random: () => 1,
      warn: (message) => warnings.push(message),
      fetch,
      ...options,
    });

  beforeEach(() => {
    warnings = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('sends in order to /ingest', async () => {
    const { fetch, received, requests } = server();
    const queue = queueTo(fetch);
    queue.push(profile('one'));
    queue.push(profile('two'));
    await vi.runAllTimersAsync();
    expect(received).toEqual(['one', 'two']);
    expect(requests[0]).toEqual({
      url: 'http://profiles:4040/ingest?name=app%7B%7D',
      headers: { 'x-scope-orgid': 'home', 'content-type': 'application/octet-stream' },
    });
    expect(queue.counts).toEqual({ sent: 2, dropped: 0, refused: 0, waiting: 0 });
    expect(warnings).toEqual([]);
  });

  it('keeps profiles while the server is away and asks again with growing pauses', async () => {
    const { fetch, received, requests } = server(away(), away(), away());
    const queue = queueTo(fetch);
    queue.push(profile('one'));
    await vi.advanceTimersByTimeAsync(0);
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toHaveLength(2);
    queue.push(profile('two'));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1 + 4_000);
    expect(received).toEqual(['one', 'two']);
    expect(warnings).toEqual([
      'Profiles cannot be sent to http://profiles:4040: connect ECONNREFUSED. They are kept for a while and sent when it answers again.',
      'http://profiles:4040 takes profiles again.',
    ]);
  });

  it('drops the oldest when too many wait', async () => {
    const { fetch, received } = server(away());
    const queue = queueTo(fetch);
    for (const name of ['one', 'two', 'three', 'four', 'five']) queue.push(profile(name));
    await vi.advanceTimersByTimeAsync(0);
    expect(queue.counts).toMatchObject({ waiting: 3, dropped: 2 });
    await vi.runAllTimersAsync();
    expect(received).toEqual(['three', 'four', 'five']);
  });

  it('drops the oldest when too much waits, but keeps the newest whatever its size', async () => {
    const { fetch, received } = server(away());
    const queue = queueTo(fetch, { maxBytes: 10 });
    queue.push(profile('123456'));
    queue.push(profile('abcdef'));
    queue.push(profile('a profile of more than ten bytes'));
    await vi.runAllTimersAsync();
    expect(received).toEqual(['a profile of more than ten bytes']);
    expect(queue.counts.dropped).toBe(2);
  });

  it.each([429, 500, 503])('asks again after %d', async (status) => {
    const { fetch, received } = server(status);
    queueTo(fetch).push(profile('one'));
    await vi.runAllTimersAsync();
    expect(received).toEqual(['one']);
    expect(warnings[0]).toContain(`it answers ${status}`);
  });

  it('waits as long as the server asks for', async () => {
    const { fetch, requests } = server({ status: 429, retryAfter: '20' });
    queueTo(fetch).push(profile('one'));
    await vi.advanceTimersByTimeAsync(19_999);
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toHaveLength(2);
  });

  it('never pauses longer than the limit', async () => {
    const { fetch, requests } = server(...Array<Error>(20).fill(away()));
    queueTo(fetch, { maxDelayMs: 4_000 }).push(profile('one'));
    await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 4_000);
    expect(requests).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(requests).toHaveLength(5);
  });

  it('drops what the server refuses, goes on, and says why once', async () => {
    const { fetch, received } = server(400, 400, 401);
    const queue = queueTo(fetch, { maxPushes: 9 });
    for (const name of ['one', 'two', 'three', 'four']) queue.push(profile(name));
    await vi.runAllTimersAsync();
    expect(received).toEqual(['four']);
    expect(queue.counts).toMatchObject({ refused: 3, sent: 1, waiting: 0 });
    expect(warnings).toEqual([
      'http://profiles:4040 refuses profiles with 400: the reason. Refused profiles are dropped; this is said once.',
      'http://profiles:4040 refuses profiles with 401: the reason. Refused profiles are dropped; this is said once.',
    ]);
  });

  it('gives up on a server that does not answer in time', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new DOMException('late', 'TimeoutError')), ms);
      return controller.signal;
    });
    const { fetch, received } = server('never');
    queueTo(fetch).push(profile('one'));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(warnings[0]).toContain('it does not answer in time');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(received).toEqual(['one']);
  });

  it('sends what waits when it closes, and nothing afterwards', async () => {
    const { fetch, received } = server(away());
    const queue = queueTo(fetch);
    queue.push(profile('one'));
    await vi.advanceTimersByTimeAsync(0);
    await queue.close(2_000);
    queue.push(profile('two'));
    await vi.runAllTimersAsync();
    expect(received).toEqual(['one']);
  });

  it('says nothing of a server that goes away together with it', async () => {
    const { fetch } = server(away());
    const queue = queueTo(fetch);
    queue.push(profile('one'));
    await queue.close(2_000);
    expect(warnings).toEqual([]);

    const { fetch: hanging } = server('never');
    const hung = queueTo(hanging);
    hung.push(profile('one'));
    const closing = hung.close(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await closing;
    expect(warnings).toEqual([]);
  });

  it('closes in time when the server hangs, and counts what is lost', async () => {
    const { fetch, received } = server('never');
    const queue = queueTo(fetch);
    queue.push(profile('one'));
    queue.push(profile('two'));
    const closed = queue.close(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await closed;
    expect(received).toEqual([]);
    expect(queue.counts).toMatchObject({ dropped: 2, waiting: 0 });
  });
});
