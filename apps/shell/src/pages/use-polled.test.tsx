import { act, renderHook, waitFor } from '@testing-library/react';
import * as v from 'valibot';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DOWN, problem, serve, type TestServer } from '../testing/server.ts';
import { usePolled } from './use-polled.ts';

const Count = v.object({ count: v.number() });
const EVERY_MS = 1_000;
let server: TestServer;

const poll = () => renderHook(() => usePolled('/api/count', Count, EVERY_MS));
const later = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));

beforeEach(() => {
  vi.useFakeTimers();
  server = serve({ '/api/count': { count: 1 } });
});

function hide(hidden: boolean) {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

describe('a polled answer', () => {
  it('is asked for now and then again and again', async () => {
    const { result } = poll();
    expect(result.current.data).toBeUndefined();
    await later(0);
    expect(result.current).toMatchObject({ data: { count: 1 }, problem: undefined });
    server.set('/api/count', { count: 2 });
    await later(EVERY_MS);
    expect(result.current.data).toEqual({ count: 2 });
    expect(server.asked).toHaveLength(2);
  });

  it.each([
    [DOWN, 'cannot be reached'],
    [problem(502, 'The backend does not answer.'), 'The backend does not answer'],
    [Response.json({ detail: 'The zoo is closed.' }, { status: 503 }), 'The zoo is closed'],
    [new Response('<html>', { status: 500 }), '/api/count answered 500'],
    [{ count: 'many' }, 'answered something else than expected'],
    [new Response('<!doctype html>'), 'answered something else than expected'],
  ])('stays while there is a problem, and is new after it (%#)', async (answer, sentence) => {
    const { result } = poll();
    await later(0);
    server.set('/api/count', answer);
    await later(EVERY_MS);
    expect(result.current.data).toEqual({ count: 1 });
    expect(result.current.problem).toContain(sentence);
    server.set('/api/count', { count: 3 });
    await later(EVERY_MS);
    expect(result.current).toMatchObject({ data: { count: 3 }, problem: undefined });
  });

  it('is not asked for while nobody looks, and at once when somebody does again', async () => {
    poll();
    await later(0);
    hide(true);
    await later(5 * EVERY_MS);
    expect(server.asked).toHaveLength(1);
    hide(false);
    await later(0);
    expect(server.asked).toHaveLength(2);
    await later(EVERY_MS);
    expect(server.asked).toHaveLength(3);
  });

  it('is asked for on demand', async () => {
    const { result } = poll();
    await later(0);
    act(() => result.current.refresh());
    await later(0);
    expect(server.asked).toHaveLength(2);
  });

  it('is not asked for any more after the page is left', async () => {
    const { unmount } = poll();
    await later(0);
    unmount();
    await later(5 * EVERY_MS);
    expect(server.asked).toHaveLength(1);
  });

  it('is the later one, whichever arrives first', async () => {
    vi.useRealTimers();
    const answers: ((count: number) => void)[] = [];
    vi.stubGlobal('fetch', () => {
      const { promise, answer } = pending();
      answers.push(answer);
      return promise;
    });
    const { result } = poll();
    act(() => result.current.refresh());
    answers[1]?.(2);
    await waitFor(() => expect(result.current.data).toEqual({ count: 2 }));
    await act(async () => answers[0]?.(1));
    expect(result.current.data).toEqual({ count: 2 });
  });
});

function pending() {
  let answer: (count: number) => void = () => undefined;
  const promise = new Promise<Response>((resolve) => {
    answer = (count) => resolve(Response.json({ count }));
  });
  return { promise, answer };
}
