import { type AheadContext } from '@hsi/remote-contract';
import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askFirst } from '../profiles/first-questions.ts';
import { parsePageState } from '../state/page-state-url.ts';
import { askAhead } from './ahead.ts';
import { fetchAfter, takeAnswers } from './answers.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const context: AheadContext & { search: string } = {
  basename: '/pyroscope',
  backendUrl: '/api',
  profilesUrl: '/profiles',
  tenant: undefined,
  search: '',
};
const asked: string[] = [];

beforeEach(() => {
  asked.length = 0;
  window.localStorage.clear();
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push(`${url} ${String(init.body)}`);
    return Promise.resolve(new Response('{}'));
  });
});
afterEach(() => {
  takeAnswers(context);
  vi.unstubAllGlobals();
});

/** What the page itself asks at the same address and moment. */
function askedByThePage(search: string, fetch: typeof globalThis.fetch) {
  const { state } = parsePageState(search, NOW);
  const queries = new QueryClient();
  const { profilesUrl, tenant } = context;
  void askFirst(queries, { profilesUrl, tenant, fetch }, state, NOW);
  // What it makes of the answers is another test's.
  void queries.cancelQueries();
}

describe('what is asked ahead', () => {
  it.each([
    '',
    '?service=rt-detr',
    '?model=clip-vit-l',
    '?service=nemotron-backend&model=clip-vit-l&type=memory&from=now-6h',
    '?filter=version|=~|2.*&from=2026-11-23T10:00:00Z&to=2026-11-23T11:00:00Z',
    '?from=never&type=goroutine:goroutine:count:goroutine:count',
  ])('at %s is what the page then asks first, and nothing else', (search) => {
    askAhead({ ...context, search }, NOW);
    expect(asked.length).toBeGreaterThan(1);
    const ahead = takeAnswers({ ...context, search }, NOW)!;
    const late = vi.fn(() => Promise.reject(new Error('asked again')));
    askedByThePage(search, fetchAfter(ahead, late));
    expect(late).not.toHaveBeenCalled();
    expect(ahead.answers.size).toBe(0);
  });

  it('is of the page’s own address where nothing else is told', () => {
    window.history.replaceState(null, '', '/pyroscope?service=rt-detr');
    askAhead({ ...context, search: undefined }, NOW);
    window.history.replaceState(null, '', '/');
    expect(takeAnswers({ ...context, search: '?service=rt-detr' }, NOW)).toBeDefined();
  });

  it('is nothing where the page will show Grafana’s dashboard', () => {
    window.localStorage.setItem('hsi-profiling.shown', 'frame');
    askAhead(context, NOW);
    expect(asked).toEqual([]);
    expect(takeAnswers(context, NOW)).toBeUndefined();
  });
});

describe('the answers', () => {
  it('are for one page', () => {
    askAhead(context, NOW);
    expect(takeAnswers(context, NOW)).toBeDefined();
    expect(takeAnswers(context, NOW)).toBeUndefined();
  });

  it.each<[string, Partial<typeof context>, number]>([
    ['at another address', { search: '?q=x' }, NOW],
    ['of another server', { profilesUrl: '/other' }, NOW],
    ['of another tenant', { tenant: 'house-7' }, NOW],
    ['that comes much later', {}, NOW + 10_000],
  ])('are not for a page %s', (_which, other, at) => {
    askAhead(context, NOW);
    expect(takeAnswers({ ...context, ...other }, at)).toBeUndefined();
  });

  it('end with the request of who reads them', async () => {
    askAhead(context, NOW);
    const ahead = takeAnswers(context, NOW)!;
    const [key] = ahead.answers.keys();
    const [url, body] = key!.split('\n');
    const stop = new AbortController();
    ahead.answers.set(key!, new Promise(() => undefined));
    const reading = fetchAfter(ahead, fetch)(url!, { body: body!, signal: stop.signal });
    stop.abort(new Error('superseded'));
    await expect(reading).rejects.toThrow('superseded');
  });
});
