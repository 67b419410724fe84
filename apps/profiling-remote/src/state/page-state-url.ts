import { frameFilter, FRAME_PRESETS } from '@hsi/flamegraph';
import {
  type Matcher,
  MATCHER_OPERATORS,
  type MatcherOperator,
  parseProfileType,
  parseTime,
  type UnixMs,
} from '@hsi/profile-model';
import { type Toggle, TOGGLES } from '../flame-graph/view-options.ts';
import { DEFAULT_PAGE_STATE, type PageState, type PageView } from './page-state.ts';
import { regexProblem } from './regex.ts';

/** Version of the address's form, written as `v=`. An address without it is of this version. */
export const PAGE_STATE_VERSION = 1;

/**
 * How far the window of a span (`fromUs`, `durUs`) reaches beyond the span on either side: profiles
 * are cut every 10 to 15 seconds, so the span's own window often holds none. Grafana takes the same.
 */
export const SPAN_MARGIN_MS = 30_000;

const VIEWS: readonly PageView[] = ['dashboard', 'profiles', 'compare'];
const MAX_TEXT = 500;
/** Longer addresses are refused by many servers, so a deep focus is left out of them. */
const MAX_FOCUS = 4_000;
/** The same for frame filters, of which one can be a whole frame name. */
const MAX_HIDE = 2_000;

/** Parameters that {@link formatPageState} writes; all others in the address are not ours. */
const OWN_PARAMETERS = new Set([
  'v',
  'view',
  'service',
  'model',
  'type',
  'filter',
  'by',
  'from',
  'to',
  'fromUs',
  'durUs',
  'spanId',
  'traceId',
  'q',
  'focus',
  'hide',
  'shape',
  'sandwich',
]);

export interface ParsedPageState {
  readonly state: PageState;
  /** A sentence for each value that could not be used and was replaced by its default. */
  readonly notices: readonly string[];
}

/** Either a value, or why there is none. */
type Reading<T> = { readonly value: T } | { readonly refused: string };

/**
 * Reads the page's state from a query string. Never throws: a bad value becomes its default, and a
 * sentence in `notices` says which and why.
 */
export function parsePageState(search: string, now: UnixMs): ParsedPageState {
  const parameters = new URLSearchParams(search);
  const notices: string[] = [];
  const read = <T>(name: string, fallback: T, parse: (text: string) => Reading<T>): T => {
    const text = parameters.get(name);
    if (text === null || text === '') return fallback;
    const reading = parse(text);
    if ('value' in reading) return reading.value;
    notices.push(`${name}=${shortened(text)} in the address ${reading.refused}.`);
    return fallback;
  };
  read('v', undefined, readVersion);
  const state: PageState = {
    view: read<PageView | undefined>('view', undefined, readView),
    service: read<string | undefined>('service', undefined, readText),
    model: read<string | undefined>('model', undefined, readText),
    type: read('type', DEFAULT_PAGE_STATE.type, readType),
    filters: readList('filter', parameters, readFilter, notices),
    by: read<string | undefined>('by', undefined, readText),
    ...readRange(parameters, now, notices),
    spanId: read<string | undefined>('spanId', undefined, readId('a span id', /^[0-9a-f]{16}$/)),
    traceId: read<string | undefined>(
      'traceId',
      undefined,
      readId('a trace id', /^([0-9a-f]{16}){1,2}$/),
    ),
    q: read('q', '', readText),
    focus: parameters.getAll('focus').filter((frame) => frame !== ''),
    hide: [...new Set(readList('hide', parameters, readHide, notices))],
    shape: [...new Set(readList('shape', parameters, readShape, notices))],
    sandwich: read<string | undefined>('sandwich', undefined, readText),
  };
  return { state, notices };
}

/**
 * Writes the state as a query string with its leading `?`, or as an empty text when nothing differs
 * from the defaults. Parameters of `search` that are not the page's own are kept.
 */
export function formatPageState(state: PageState, search = ''): string {
  const out = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!OWN_PARAMETERS.has(name)) out.append(name, value);
  }
  const foreign = out.size;
  const write = (name: string, value: string | undefined, standard?: string) => {
    if (value !== undefined && value !== '' && value !== standard) out.append(name, value);
  };
  write('view', state.view);
  write('service', state.service);
  write('model', state.model);
  write('type', state.type, DEFAULT_PAGE_STATE.type);
  for (const { name, operator, value } of state.filters) {
    out.append('filter', `${name}|${operator}|${value}`);
  }
  write('by', state.by);
  write('from', state.from, DEFAULT_PAGE_STATE.from);
  write('to', state.to, DEFAULT_PAGE_STATE.to);
  write('spanId', state.spanId);
  write('traceId', state.traceId);
  write('q', state.q);
  if (state.focus.join('').length <= MAX_FOCUS) {
    for (const frame of state.focus) out.append('focus', frame);
  }
  if (state.hide.join('').length <= MAX_HIDE) {
    for (const id of state.hide) out.append('hide', id);
  }
  for (const toggle of state.shape) out.append('shape', toggle);
  write('sandwich', state.sandwich);
  if (out.size > foreign) out.append('v', String(PAGE_STATE_VERSION));
  return out.size === 0 ? '' : `?${out.toString()}`;
}

function readVersion(text: string): Reading<undefined> {
  if (/^\d+$/.test(text) && Number(text) <= PAGE_STATE_VERSION) return { value: undefined };
  return {
    refused: `is not a version that this page knows (${PAGE_STATE_VERSION}), so parts of the link may be missing`,
  };
}

function readView(text: string): Reading<PageView> {
  const value = VIEWS.find((view) => view === text);
  return value === undefined
    ? { refused: `is none of ${VIEWS.join(', ')}, so the page chose the view` }
    : { value };
}

function readText(text: string): Reading<string> {
  if (/[\u0000-\u001f\u007f]/.test(text))
    return { refused: 'has control characters and was left out' };
  if (text.length > MAX_TEXT)
    return { refused: `is longer than ${MAX_TEXT} characters and was left out` };
  return { value: text };
}

function readType(text: string): Reading<PageState['type']> {
  const lower = text.toLowerCase();
  if (lower === 'cpu' || lower === 'memory') return { value: lower };
  try {
    return { value: parseProfileType(text).id };
  } catch {
    return { refused: 'is neither cpu, memory nor a profile type id, so CPU is shown' };
  }
}

function readId(what: string, pattern: RegExp): (text: string) => Reading<string> {
  return (text) => {
    const value = text.toLowerCase();
    return pattern.test(value) ? { value } : { refused: `is not ${what} and was left out` };
  };
}

/** Every value of a parameter that may stand in the address several times. */
function readList<T>(
  name: string,
  parameters: URLSearchParams,
  parse: (text: string) => Reading<T>,
  notices: string[],
): T[] {
  return parameters.getAll(name).flatMap((text) => {
    const reading = parse(text);
    if ('value' in reading) return [reading.value];
    notices.push(`${name}=${shortened(text)} in the address ${reading.refused} and was left out.`);
    return [];
  });
}

function readHide(text: string): Reading<string> {
  if (text.length > MAX_HIDE) return { refused: `is longer than ${MAX_HIDE} characters` };
  if (frameFilter(text) !== undefined) return { value: text };
  const presets = FRAME_PRESETS.map(({ id }) => id).join(', ');
  return { refused: `is none of ${presets}, text:… and name:…` };
}

function readShape(text: string): Reading<Toggle> {
  const value = TOGGLES.find((toggle) => toggle === text);
  return value === undefined ? { refused: `is none of ${TOGGLES.join(', ')}` } : { value };
}

function readFilter(text: string): Reading<Matcher> {
  const [, name = '', sign = '', value = ''] = /^([^|]*)\|([^|]*)\|([^]*)$/.exec(text) ?? [];
  const operator = MATCHER_OPERATORS.find((known): known is MatcherOperator => known === sign);
  if (operator === undefined || name === '') {
    return { refused: 'is not label|operator|value with one of = != =~ !~' };
  }
  if (text.length > MAX_TEXT) return { refused: `is longer than ${MAX_TEXT} characters` };
  const problem = operator.endsWith('~') ? regexProblem(value) : undefined;
  if (problem !== undefined) return { refused: `holds a regular expression that ${problem}` };
  return { value: { name, operator, value } };
}

function readRange(
  parameters: URLSearchParams,
  now: UnixMs,
  notices: string[],
): Pick<PageState, 'from' | 'to'> {
  const standard = { from: DEFAULT_PAGE_STATE.from, to: DEFAULT_PAGE_STATE.to };
  const fromUs = parameters.get('fromUs');
  if (fromUs !== null && fromUs !== '') {
    const range = readSpanWindow(fromUs, parameters.get('durUs'));
    if (range !== undefined) return range;
    notices.push(
      `fromUs=${shortened(fromUs)} and durUs=${shortened(parameters.get('durUs') ?? '')} in the address are not microseconds, so the last hour is shown.`,
    );
    return standard;
  }
  const time = (name: 'from' | 'to') => {
    const text = parameters.get(name);
    if (text === null || text === '') return standard[name];
    if (parseTime(text, now) !== undefined) return text;
    notices.push(
      `${name}=${shortened(text)} in the address is no time (now-6h, milliseconds or ISO 8601), so ${standard[name]} is used.`,
    );
    return standard[name];
  };
  const range = { from: time('from'), to: time('to') };
  const [from, to] = [parseTime(range.from, now), parseTime(range.to, now)];
  if (from !== undefined && to !== undefined && from < to) return range;
  notices.push(
    `The time range in the address ends before it starts (${shortened(range.from)} to ${shortened(range.to)}), so the last hour is shown.`,
  );
  return standard;
}

/** Jaeger's links can send a span's start and duration in microseconds and nothing else. */
function readSpanWindow(
  fromUs: string,
  durUs: string | null,
): Pick<PageState, 'from' | 'to'> | undefined {
  if (!/^\d{1,17}$/.test(fromUs) || !/^\d{0,17}$/.test(durUs ?? '')) return undefined;
  const start = Number(fromUs);
  const end = start + Number(durUs ?? 0);
  return {
    from: String(Math.max(0, Math.floor(start / 1_000) - SPAN_MARGIN_MS)),
    to: String(Math.ceil(end / 1_000) + SPAN_MARGIN_MS),
  };
}

function shortened(text: string): string {
  const plain = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return /^[\w:.|=~!@%+/-]+$/.test(text) && text.length <= 60 ? text : plain;
}
