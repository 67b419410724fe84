import {
  type Matcher,
  parseProfileType,
  parseSelector,
  type ProfileTypeId,
  type TimeRange,
} from '@hsi/profile-model';
import { type Selection } from '@hsi/profile-store';
import { ProfileFormat, TimeSeriesAggregationType } from '@hsi/pyroscope-api/server';
import { invalid } from '../refusal.ts';

/** Times of a request, milliseconds since 1970. */
interface Times {
  readonly start: bigint;
  readonly end: bigint;
}

/** The range of a request about labels; without times it is all time. @throws Refusal */
export function labelRange({ start, end }: Times): TimeRange {
  if (start === 0n && end === 0n) return { from: 0, to: Number.MAX_SAFE_INTEGER };
  return range({ start, end });
}

/** @throws Refusal */
export function range({ start, end }: Times): TimeRange {
  if (start > end) throw invalid('query start time is after end time', 'time_range');
  if (end <= 0n) throw invalid('missing time range in the query', 'time_range');
  const limit = BigInt(Number.MAX_SAFE_INTEGER);
  const clamp = (ms: bigint) => Number(ms < 0n ? 0n : ms > limit ? limit : ms);
  return { from: clamp(start), to: clamp(end) };
}

/**
 * The matchers of all selectors of a request about labels: a series has to match every one of them,
 * as in Pyroscope's second storage (its first, and Prometheus, take them as alternatives).
 * @throws InvalidSelector
 */
export function matchersOf(selectors: readonly string[]): Matcher[] {
  return selectors.flatMap(parseSelector);
}

/** What a request about samples selects. @throws Refusal, InvalidSelector, InvalidProfileType */
export function selection(
  tenant: string,
  request: Times & { readonly profileTypeID: string; readonly labelSelector: string },
): Selection {
  return {
    tenant,
    profileTypeId: profileTypeId(request.profileTypeID),
    matchers: parseSelector(request.labelSelector),
    ...range(request),
  };
}

function profileTypeId(text: string): ProfileTypeId {
  return parseProfileType(text).id;
}

/** @throws Refusal: amounts of two types have no difference */
export function checkSameType(left: Selection, right: Selection): void {
  if (left.profileTypeId === right.profileTypeId) return;
  throw invalid(
    `Both sides of a diff need the same profile type; left is ${left.profileTypeId}, right is ${right.profileTypeId}.`,
    'profile_type',
  );
}

/** The period that Pyroscope gives to a merged profile, whose parts may have had different ones. */
export function mergedPeriod(id: ProfileTypeId): number {
  const { name } = parseProfileType(id);
  return name === 'process_cpu' ? 1_000_000_000 : name === 'memory' ? 524_288 : 1;
}

const MOST_STEP_SECONDS = 1e9;

/** The milliseconds of a step in seconds. @throws Refusal */
export function stepOf(seconds: number): number {
  if (seconds === 0) throw invalid('step must be non-zero', 'step');
  const ms = Math.trunc(seconds * 1_000);
  if (!(ms >= 1)) throw invalid('step must be at least a millisecond', 'step');
  if (seconds > MOST_STEP_SECONDS) {
    throw invalid(`step must be at most ${MOST_STEP_SECONDS} seconds`, 'step');
  }
  return ms;
}

/** @throws Refusal for an aggregation that is neither */
export function isAverageOf(aggregation: TimeSeriesAggregationType | undefined): boolean {
  if (aggregation === undefined) return false;
  if (TimeSeriesAggregationType[aggregation] === undefined) {
    throw invalid(
      `The aggregation ${aggregation} is not known; use 0 (sum) or 1 (average).`,
      'aggregation',
    );
  }
  return aggregation === TimeSeriesAggregationType.AVERAGE;
}

const SPAN_ID = /^[0-9a-f]{16}$/i;

/** @throws Refusal */
export function spanIds(texts: readonly string[]): string[] {
  if (texts.length === 0) throw invalid('missing span selector', 'span_selector');
  for (const text of texts) {
    if (!SPAN_ID.test(text)) {
      throw invalid(
        `The span id ${JSON.stringify(text.slice(0, 40))} is not 16 hexadecimal digits.`,
        'span_selector',
      );
    }
  }
  return texts.map((text) => text.toLowerCase());
}

/** @throws Refusal for a format other than a flame graph */
export function checkFlameGraph(format: ProfileFormat): void {
  if (format === ProfileFormat.UNSPECIFIED || format === ProfileFormat.FLAMEGRAPH) return;
  throw invalid(
    `The format ${ProfileFormat[format] ?? format} is not supported; ask for FLAMEGRAPH.`,
    'format',
  );
}

/**
 * Refuses to select by what is not stored: an answer with everything would pass for that of one
 * profile or trace.
 * @throws Refusal
 */
export function checkSelectors(request: {
  readonly profileIdSelector: readonly string[];
  readonly traceIdSelector: readonly string[];
}): void {
  const by =
    request.profileIdSelector.length > 0
      ? 'profile_id_selector: profiles have no ids here'
      : request.traceIdSelector.length > 0
        ? 'trace_id_selector: samples have no trace ids here'
        : undefined;
  if (by === undefined) return;
  throw invalid(`${by}; select by labels, time or span_selector.`, 'id_selector');
}

/** Functions of a call graph: more than a hundred cannot be read, many more not be laid out. */
const DOT_NODES = 100;
const MOST_DOT_NODES = 2_000;

/** How many functions a call graph has: 100 unless told. */
export function dotNodes(asked: bigint | undefined): number {
  return asked === undefined || asked <= 0n ? DOT_NODES : Math.min(Number(asked), MOST_DOT_NODES);
}

export const DEFAULT_MAX_NODES = 8_192;

/** How many nodes an answer may have: 8192 unless told; 0 is also unless told. */
export function maxNodes(asked: bigint | undefined): number {
  if (asked === undefined || asked <= 0n) return DEFAULT_MAX_NODES;
  return Number(asked > 1_000_000n ? 1_000_000n : asked);
}
