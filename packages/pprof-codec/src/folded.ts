import { type ProfileTables, ProfileTablesBuilder } from '@hsi/profile-model';
import { DEFAULT_LIMITS, type DecodeLimits, MalformedProfile } from './malformed-profile.ts';

const NANOS_PER_SECOND = 1_000_000_000;
const CPU = { type: 'cpu', unit: 'nanoseconds' } as const;

/** CPU time of so many samples per second, as the types and the period of a profile. */
export function cpuTime(sampleRate: number) {
  return {
    sampleTypes: [CPU],
    periodType: CPU,
    period: Math.trunc(NANOS_PER_SECOND / sampleRate),
  };
}

/**
 * Decodes folded lines, `main;work;parse 12`: the frames from the root, a space, how many samples
 * had this stack trace. A sample is worth one period of CPU time.
 * @throws MalformedProfile
 */
export function decodeFolded(
  text: string,
  sampleRate: number,
  limits: DecodeLimits = DEFAULT_LIMITS,
): ProfileTables {
  const about = cpuTime(sampleRate);
  const builder = new ProfileTablesBuilder();
  let lineNumber = 0;
  let samples = 0;
  for (const raw of text.split('\n')) {
    lineNumber++;
    const line = raw.trim();
    if (line === '') continue;
    if (++samples > limits.samples) {
      throw new MalformedProfile(
        'profile',
        `has more than ${limits.samples} lines`,
        'sample_count',
      );
    }
    const space = line.lastIndexOf(' ');
    const count = line.slice(space + 1);
    if (space <= 0 || !/^\d{1,18}$/.test(count)) {
      throw new MalformedProfile(`line ${lineNumber}`, 'does not end in a space and a count');
    }
    const frames = line.slice(0, space).trimEnd().split(';');
    checkStack(frames, `line ${lineNumber}`, limits);
    const value = BigInt(count) * BigInt(about.period);
    if (value >= 2n ** 63n) throw new MalformedProfile(`line ${lineNumber}`, 'counts 2^63 or more');
    builder.add(
      frames.map((name) => builder.frame(name)),
      [value],
    );
  }
  if (samples === 0) throw new MalformedProfile('profile', 'is empty');
  return builder.build(about);
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
