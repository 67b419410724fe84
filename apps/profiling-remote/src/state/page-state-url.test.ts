import { describe, expect, it } from 'vitest';
import { DEFAULT_PAGE_STATE, type PageState } from './page-state.ts';
import { formatPageState, parsePageState, SPAN_MARGIN_MS } from './page-state-url.ts';

const NOW = Date.UTC(2026, 0, 2, 12);
const parse = (search: string) => parsePageState(search, NOW);

describe('reading the address', () => {
  it('takes an empty address for the defaults', () => {
    expect(parse('')).toEqual({ state: DEFAULT_PAGE_STATE, notices: [] });
  });

  it('reads every part', () => {
    const { state, notices } = parse(
      '?v=1&view=profiles&service=rt-detr&model=clip-vit-l&type=memory' +
        '&filter=environment|=|production&filter=version|!~|1\\..*|2' +
        '&from=now-6h&to=now-1h&spanId=00F067AA0BA902B7&traceId=4bf92f3577b34da6a3ce929d0e0e4736' +
        '&by=version&q=resize&focus=main&focus=a;b&hide=node&hide=text:Parse&hide=node&other=1' +
        '&shape=siblings&shape=recursion&sandwich=malloc',
    );
    expect(notices).toEqual([]);
    expect(state).toEqual({
      view: 'profiles',
      service: 'rt-detr',
      model: 'clip-vit-l',
      type: 'memory',
      filters: [
        { name: 'environment', operator: '=', value: 'production' },
        { name: 'version', operator: '!~', value: '1\\..*|2' },
      ],
      by: 'version',
      from: 'now-6h',
      to: 'now-1h',
      spanId: '00f067aa0ba902b7',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      q: 'resize',
      focus: ['main', 'a;b'],
      hide: ['node', 'text:Parse'],
      shape: ['siblings', 'recursion'],
      sandwich: 'malloc',
    });
  });

  it.each([
    ['CPU', 'cpu'],
    ['Memory', 'memory'],
    ['wall:wall:nanoseconds:wall:nanoseconds', 'wall:wall:nanoseconds:wall:nanoseconds'],
  ])('reads the type %s', (text, type) => {
    expect(parse(`?type=${text}`).state.type).toBe(type);
  });

  it.each([
    ['now-15m', 'now'],
    [String(NOW - 1000), String(NOW)],
    ['2026-01-02T10:00:00.000Z', '2026-01-02T11:00:00Z'],
    ['2026-01-01', 'now'],
  ])('keeps the times %s to %s as they are written', (from, to) => {
    expect(parse(`?from=${from}&to=${to}`)).toMatchObject({ state: { from, to }, notices: [] });
  });

  it('keeps an empty value of a filter', () => {
    expect(parse('?filter=model|=|').state.filters).toEqual([
      { name: 'model', operator: '=', value: '' },
    ]);
  });
});

describe("a span's window in microseconds", () => {
  it('becomes milliseconds, with a margin on either side', () => {
    const startUs = NOW * 1000 + 500;
    expect(parse(`?fromUs=${startUs}&durUs=2250000`).state).toMatchObject({
      from: String(NOW - SPAN_MARGIN_MS),
      to: String(NOW + 2_251 + SPAN_MARGIN_MS),
    });
  });

  it('needs no duration', () => {
    expect(parse(`?fromUs=${NOW * 1000}`).state.to).toBe(String(NOW + SPAN_MARGIN_MS));
  });

  it('wins over from and to', () => {
    expect(parse(`?from=now-7d&fromUs=${NOW * 1000}`).state.from).toBe(
      String(NOW - SPAN_MARGIN_MS),
    );
  });

  it.each(['fromUs=soon', 'fromUs=1&durUs=long', 'fromUs=-5'])('is refused as %s', (query) => {
    const { state, notices } = parse(`?${query}`);
    expect([state.from, state.to]).toEqual(['now-1h', 'now']);
    expect(notices).toEqual([expect.stringContaining('not microseconds')]);
  });
});

describe('a bad value', () => {
  it.each<[string, Partial<PageState>, string]>([
    ['view=table', { view: undefined }, 'view=table in the address is none of dashboard, profiles'],
    ['type=disk', { type: 'cpu' }, 'type=disk in the address is neither cpu, memory nor'],
    ['service=a%00b', { service: undefined }, 'control characters'],
    [`model=${'m'.repeat(501)}`, { model: undefined }, 'longer than 500 characters'],
    ['from=yesterday', { from: 'now-1h' }, 'from=yesterday in the address is no time'],
    ['to=99999999999999999', { to: 'now' }, 'is no time'],
    ['from=now&to=now-1h', { from: 'now-1h', to: 'now' }, 'ends before it starts'],
    ['from=now-1h&to=now-1h', { from: 'now-1h', to: 'now' }, 'ends before it starts'],
    ['from=now-7d&to=now-8d', { from: 'now-1h', to: 'now' }, '(now-7d to now-8d)'],
    ['spanId=123', { spanId: undefined }, 'spanId=123 in the address is not a span id'],
    ['traceId=xyz', { traceId: undefined }, 'is not a trace id'],
    ['filter=model', { filters: [] }, 'is not label|operator|value'],
    ['filter=model|~|x', { filters: [] }, 'is not label|operator|value'],
    ['filter=|=|x', { filters: [] }, 'is not label|operator|value'],
    ['filter=model|=~|(', { filters: [] }, 'does not compile'],
    [`filter=model|=|${'m'.repeat(501)}`, { filters: [] }, 'longer than 500 characters'],
    ['hide=everything', { hide: [] }, 'hide=everything in the address is none of node, modules,'],
    ['hide=text:', { hide: [] }, 'text:… and name:… and was left out'],
    [`hide=name:${'m'.repeat(2000)}`, { hide: [] }, 'longer than 2000 characters'],
    ['v=9', {}, 'v=9 in the address is not a version that this page knows (1)'],
  ])('%s is replaced by its default and said', (query, expected, sentence) => {
    const { state, notices } = parse(`?${query}`);
    expect(state).toMatchObject(expected);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(sentence);
  });

  it('takes nothing from the others', () => {
    const { state, notices } = parse('?service=rt-detr&type=disk&filter=a|=|b&filter=oops');
    expect(state).toMatchObject({ service: 'rt-detr', type: 'cpu' });
    expect(state.filters).toEqual([{ name: 'a', operator: '=', value: 'b' }]);
    expect(notices).toHaveLength(2);
  });

  it('is quoted when it is long or holds unusual characters', () => {
    const [notice] = parse('?view=%3Cscript%3E').notices;
    expect(notice).toContain('view="<script>"');
  });

  it('is left out when it is no way to show a flame graph', () => {
    const { state, notices } = parse('?shape=round&shape=heaviest');
    expect(state.shape).toEqual(['heaviest']);
    expect(notices).toEqual([expect.stringContaining('shape=round')]);
  });

  it('may hold what only RE2 knows', () => {
    expect(parse('?filter=model|=~|(?i)CLIP.*').notices).toEqual([]);
  });
});

describe('writing the address', () => {
  it('writes nothing for the defaults', () => {
    expect(formatPageState(DEFAULT_PAGE_STATE)).toBe('');
  });

  it('is read back as it was written', () => {
    const state: PageState = {
      view: 'compare',
      service: 'a & b',
      model: 'clip/vit+l',
      type: 'wall:cpu:nanoseconds:wall:nanoseconds',
      filters: [{ name: 'k.8s', operator: '=~', value: 'a|b=&c' }],
      by: 'k.8s',
      from: 'now-7d',
      to: 'now-1d',
      spanId: '00f067aa0ba902b7',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      q: '100% "x"',
      focus: ['main.js:1', '(anonymous)'],
      hide: ['modules', 'name:./a b.mjs:run:1'],
      shape: ['invert'],
      sandwich: 'a::b<c, d>',
    };
    const search = formatPageState(state);
    expect(parse(search)).toEqual({ state, notices: [] });
    expect(new URLSearchParams(search).get('v')).toBe('1');
  });

  it("keeps the host's own parameters", () => {
    const search = formatPageState({ ...DEFAULT_PAGE_STATE, q: 'x' }, '?debug=1&view=compare');
    expect(search).toBe('?debug=1&q=x&v=1');
    expect(formatPageState(DEFAULT_PAGE_STATE, '?debug=1')).toBe('?debug=1');
  });

  it('leaves out a focus that would make the address too long', () => {
    const focus = Array.from({ length: 100 }, (_, index) => `frame-${index}-${'x'.repeat(50)}`);
    expect(formatPageState({ ...DEFAULT_PAGE_STATE, focus })).toBe('');
  });

  it('leaves out frame filters that would make the address too long', () => {
    const hide = Array.from({ length: 100 }, (_, index) => `name:frame-${index}-${'x'.repeat(50)}`);
    expect(formatPageState({ ...DEFAULT_PAGE_STATE, hide, q: 'a' })).toBe('?q=a&v=1');
  });
});
