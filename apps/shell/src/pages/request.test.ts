import * as v from 'valibot';
import { afterEach, expect, it, vi } from 'vitest';
import { fetchJson, type RequestOptions } from './request.ts';

afterEach(() => vi.unstubAllGlobals());

/** The headers of what `fetchJson` sends. */
async function headersOf(init: RequestOptions): Promise<Headers> {
  const sent: Request[] = [];
  vi.stubGlobal('fetch', async (url: string, options: RequestInit) => {
    sent.push(new Request(new URL(url, 'http://host.test'), options));
    return Response.json({});
  });
  await fetchJson('/api/models/clip-vit-l/load', v.object({}), init);
  return sent[0]!.headers;
}

it('starts a trace with an action, another one each time', async () => {
  const first = (await headersOf({ method: 'POST' })).get('traceparent');
  const second = (await headersOf({ method: 'POST' })).get('traceparent');
  expect(first).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
  expect(first).not.toBe(second);
});

it('starts none when it reads, and keeps the headers that are given', async () => {
  const headers = await headersOf({ headers: { accept: 'application/json' } });
  expect(headers.get('traceparent')).toBeNull();
  expect(headers.get('accept')).toBe('application/json');
});
