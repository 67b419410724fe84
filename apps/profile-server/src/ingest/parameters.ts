import { invalid } from '../refusal.ts';
import { type Application, parseApplication } from './application.ts';

/** The formats that are stored; another one is refused by name. */
const FORMATS = ['pprof', 'speedscope', 'folded', 'groups'] as const;
export type IngestFormat = (typeof FORMATS)[number];

/** What the query of an ingest request says; `until` is left aside, as Pyroscope does. */
export interface IngestParameters {
  readonly application: Application;
  readonly format: IngestFormat;
  readonly isMultipart: boolean;
  readonly fromNanos: bigint;
  /** Samples per second of the text formats; pprof has its own period. */
  readonly sampleRate: number;
  readonly spyName: string;
}

const DEFAULT_SAMPLE_RATE = 100;
/** Within these a sample's period in nanoseconds is a whole number of 64 bits. */
const MIN_SAMPLE_RATE = 1e-9;
const MAX_SAMPLE_RATE = 1e9;

/** @throws Refusal */
export function parseParameters(
  query: Readonly<Record<string, string | string[] | undefined>>,
  contentType: string,
  nowMs: number,
): IngestParameters {
  const text = (name: string) => {
    const value = query[name];
    return (Array.isArray(value) ? value[0] : value) ?? '';
  };
  const isMultipart = /^multipart\/form-data/i.test(contentType);
  const format = parseFormat(text('format') || agentFormat(contentType), isMultipart);
  return {
    application: parseApplication(text('name')),
    format,
    isMultipart,
    fromNanos: parseTimeNanos(text('from'), nowMs),
    sampleRate: format === 'pprof' ? DEFAULT_SAMPLE_RATE : parseSampleRate(text('sampleRate')),
    spyName: text('spyName') || 'unknown',
  };
}

/** Old agents say their format in the content type: `binary/octet-stream+trie`. */
function agentFormat(contentType: string): string {
  return /^binary\/octet-stream\+(tree|trie)/.exec(contentType)?.[1] ?? '';
}

/** SDKs that do not sample at a rate send 0; what is no number is the default, as in Pyroscope. */
function parseSampleRate(text: string): number {
  const rate = Number(text) || DEFAULT_SAMPLE_RATE;
  if (rate >= MIN_SAMPLE_RATE && rate <= MAX_SAMPLE_RATE) return rate;
  throw invalid(
    `sampleRate is ${JSON.stringify(text.slice(0, 40))}: expected samples per second, ${MIN_SAMPLE_RATE} to ${MAX_SAMPLE_RATE}.`,
    'parameter',
  );
}

function parseFormat(format: string, isMultipart: boolean): IngestFormat {
  if (format === '') return isMultipart ? 'pprof' : 'folded';
  const known = FORMATS.find((name) => name === format);
  if (known === undefined) {
    throw invalid(
      `The format ${JSON.stringify(format.slice(0, 40))} is not supported; use ${FORMATS.join(', ')}.`,
      'format',
    );
  }
  return known;
}

/**
 * A point in time as Pyroscope's clients send it: seconds, milliseconds, microseconds or
 * nanoseconds since 1970 by the count of digits, or `now-1h`, `now-1h30m`, `now+5m`. Absent is now.
 */
export function parseTimeNanos(text: string, nowMs: number): bigint {
  // A plus that nobody encoded arrives as a space.
  const relative = /^now(?:([+ -])((?:\d{1,6}(?:mon|[smhdwMy])[a-z]*)+))?$/.exec(text);
  if (text === '' || relative) {
    const [, sign, lengths = ''] = relative ?? [];
    const seconds = [...lengths.matchAll(/(\d+)(mon|[a-zA-Z])/g)]
      .map(([, count, unit]) => Number(count) * SECONDS[unit!]!)
      .reduce((sum, length) => sum + length, 0);
    const ms = nowMs + (sign === '-' ? -1_000 : 1_000) * seconds;
    return BigInt(Math.max(0, ms)) * 1_000_000n;
  }
  if (!/^\d{1,19}$/.test(text)) {
    throw invalid(
      `The time ${JSON.stringify(text.slice(0, 40))} cannot be read; use seconds since 1970, or now-1h.`,
      'parameter',
    );
  }
  const scale = text.length <= 11 ? 9 : text.length <= 14 ? 6 : text.length <= 17 ? 3 : 0;
  return BigInt(text) * 10n ** BigInt(scale);
}

const SECONDS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_592_000,
  mon: 2_592_000,
  y: 31_536_000,
};
