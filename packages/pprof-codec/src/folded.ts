import { type ProfileTables, ProfileTablesBuilder, type ValueType } from '@hsi/profile-model';
import { DEFAULT_LIMITS, type DecodeLimits, MalformedProfile } from './malformed-profile.ts';

const NANOS_PER_SECOND = 1_000_000_000;

/** What one count of a folded line is worth, and in which types. */
export interface Measure {
  readonly sampleType: ValueType;
  readonly periodType: ValueType;
  /** 0 when samples are not taken at a rate. */
  readonly period: number;
}

/** Time by so many samples per second: a sample is worth one period. */
export function sampledTime(sampleRate: number, type: 'cpu' | 'wall' = 'cpu'): Measure {
  return {
    sampleType: { type, unit: 'nanoseconds' },
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period: Math.trunc(NANOS_PER_SECOND / sampleRate),
  };
}

/**
 * Decodes folded lines, `main;work;parse 12`: the frames from the root, a space, a count.
 * @throws MalformedProfile
 */
export function decodeFolded(
  text: string,
  { sampleType, periodType, period }: Measure,
  limits: DecodeLimits = DEFAULT_LIMITS,
): ProfileTables {
  const builder = new ProfileTablesBuilder();
  let lineNumber = 0;
  let samples = 0;
  for (const raw of text.split('\n')) {
    lineNumber++;
    if (raw.trim() === '') continue;
    if (++samples > limits.samples) {
      throw new MalformedProfile(
        'profile',
        `has more than ${limits.samples} lines`,
        'sample_count',
      );
    }
    const field = `line ${lineNumber}`;
    const { stack, count } = divide(raw, field);
    const frames = stack.split(';');
    checkStack(frames, field, limits);
    const value = count * BigInt(period === 0 ? 1 : period);
    if (value >= TOO_LARGE) {
      throw new MalformedProfile(field, `counts ${count} samples, which is 2^63 ns or more`);
    }
    builder.add(
      frames.map((name) => builder.frame(name)),
      [value],
    );
  }
  if (samples === 0) throw new MalformedProfile('profile', 'is empty');
  return builder.build({ sampleTypes: [sampleType], periodType, period });
}

const TOO_LARGE = 2n ** 63n;

/** The two halves of a line. @throws MalformedProfile that says what is wrong with it */
function divide(raw: string, field: string): { stack: string; count: bigint } {
  const line = raw.trim();
  const space = line.lastIndexOf(' ');
  const last = line.slice(space + 1);
  const bad = (problem: string) => new MalformedProfile(field, problem);
  if (space < 0) {
    if (/^[-+]?\d+$/.test(line)) throw bad('has a count and no stack trace');
    throw bad('has no count: frames, a space and a whole number are expected');
  }
  const quoted = JSON.stringify(last.slice(0, 40));
  if (/^-\d+$/.test(last)) throw bad(`has the negative count ${quoted}`);
  if (/^\d*\.\d+$|^\d+(\.\d*)?(e[-+]?\d+)?$/i.test(last) && !/^\d+$/.test(last)) {
    throw bad(`has the count ${quoted}, which is no whole number`);
  }
  if (!/^\d+$/.test(last)) throw bad(`ends in ${quoted}, which is no count`);
  if (last.length > 19 || BigInt(last) >= TOO_LARGE) {
    throw bad(`has the count ${quoted}, which is 2^63 or more`);
  }
  return { stack: line.slice(0, space).trimEnd(), count: BigInt(last) };
}

/** @throws MalformedProfile for a stack trace beyond the limits */
export function checkStack(frames: readonly string[], field: string, limits: DecodeLimits): void {
  if (frames.length > limits.stackDepth) {
    throw new MalformedProfile(field, `has more than ${limits.stackDepth} frames`, 'stack_depth');
  }
  if (frames.some((name) => name.length > limits.stringBytes)) {
    throw new MalformedProfile(
      field,
      `has a frame longer than ${limits.stringBytes} bytes`,
      'string_length',
    );
  }
}
