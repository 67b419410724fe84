import { type FrameIndex, type ProfileTables, ProfileTablesBuilder } from '@hsi/profile-model';
import { checkStack, sampledTime } from './folded.ts';
import { DEFAULT_LIMITS, type DecodeLimits, MalformedProfile } from './malformed-profile.ts';

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

/** Nanoseconds of each unit of time that speedscope has. */
const NANOS: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  microseconds: 1e3,
  milliseconds: 1e6,
  seconds: 1e9,
};

/**
 * Decodes a speedscope file, sampled or evented profiles of any count (py-spy writes one for each
 * thread); their stack traces are merged. Weights in a unit of time are CPU time; weights without
 * a unit are counts of samples; bytes are allocated bytes.
 * @throws MalformedProfile
 */
export function decodeSpeedscope(
  text: string,
  sampleRate: number,
  limits: DecodeLimits = DEFAULT_LIMITS,
): ProfileTables {
  const file = object(parse(text), 'profile');
  if (file.$schema !== SCHEMA) {
    throw new MalformedProfile('$schema', `is not ${SCHEMA}`);
  }
  return new SpeedscopeDecoder(file, sampleRate, limits).decode();
}

type Json = Readonly<Record<string, unknown>>;

class SpeedscopeDecoder {
  private readonly builder = new ProfileTablesBuilder();
  private readonly frames: FrameIndex[] = [];
  private samples = 0;
  private isBytes: boolean | undefined;

  constructor(
    private readonly file: Json,
    private readonly sampleRate: number,
    private readonly limits: DecodeLimits,
  ) {}

  decode(): ProfileTables {
    this.readFrames();
    const profiles = array(this.file.profiles, 'profiles');
    for (const [index, value] of profiles.entries()) {
      const field = `profiles[${index}]`;
      const profile = object(value, field);
      const scale = this.scale(profile.unit, field);
      if (profile.type === 'sampled') this.readSampled(profile, field, scale);
      else if (profile.type === 'evented') this.readEvented(profile, field, scale);
      else throw new MalformedProfile(`${field}.type`, 'is neither "sampled" nor "evented"');
    }
    if (this.isBytes !== true) {
      const { sampleType, ...about } = sampledTime(this.sampleRate);
      return this.builder.build({ sampleTypes: [sampleType], ...about });
    }
    return this.builder.build({
      sampleTypes: [{ type: 'alloc_space', unit: 'bytes' }],
      periodType: { type: 'space', unit: 'bytes' },
      period: 1,
    });
  }

  private readFrames(): void {
    const shared = object(this.file.shared, 'shared');
    for (const [index, value] of array(shared.frames, 'shared.frames').entries()) {
      const field = `shared.frames[${index}]`;
      const { name, file, line } = object(value, field);
      if (typeof name !== 'string') throw new MalformedProfile(`${field}.name`, 'is not a text');
      checkStack([name], field, this.limits);
      const isLine = typeof line === 'number' && Number.isInteger(line) && line > 0;
      this.frames.push(
        this.builder.frame(
          name,
          typeof file === 'string' ? file : '',
          isLine && line < 2 ** 31 ? line : 0,
        ),
      );
    }
  }

  /** What a weight of 1 is worth. */
  private scale(unit: unknown, field: string): number {
    const isBytes = unit === 'bytes';
    const scale = isBytes ? 1 : unit === 'none' ? 1e9 / this.sampleRate : NANOS[String(unit)];
    if (scale === undefined) {
      throw new MalformedProfile(`${field}.unit`, `is ${JSON.stringify(unit)}`);
    }
    if (this.isBytes !== undefined && this.isBytes !== isBytes) {
      throw new MalformedProfile(`${field}.unit`, 'mixes bytes and time in one file');
    }
    this.isBytes = isBytes;
    return scale;
  }

  private readSampled(profile: Json, field: string, scale: number): void {
    const samples = array(profile.samples, `${field}.samples`);
    const weights = array(profile.weights, `${field}.weights`);
    if (samples.length !== weights.length) {
      throw new MalformedProfile(
        `${field}.weights`,
        `has ${weights.length} entries; there are ${samples.length} samples`,
      );
    }
    for (const [index, sample] of samples.entries()) {
      const at = `${field}.samples[${index}]`;
      const stack = array(sample, at).map((frame) => this.frame(frame, at));
      this.add(stack, weights[index], scale, `${field}.weights[${index}]`);
    }
  }

  private readEvented(profile: Json, field: string, scale: number): void {
    const open: FrameIndex[] = [];
    let last = finite(profile.startValue, `${field}.startValue`);
    for (const [index, value] of array(profile.events, `${field}.events`).entries()) {
      const at = `${field}.events[${index}]`;
      const event = object(value, at);
      const time = finite(event.at, `${at}.at`);
      if (time < last) throw new MalformedProfile(`${at}.at`, 'is before the event before it');
      if (open.length > 0) this.add(open, time - last, scale, at);
      last = time;
      const frame = this.frame(event.frame, at);
      if (event.type === 'O') open.push(frame);
      else if (event.type !== 'C')
        throw new MalformedProfile(`${at}.type`, 'is neither "O" nor "C"');
      else if (open.pop() !== frame) {
        throw new MalformedProfile(`${at}.frame`, 'closes a frame that is not the innermost one');
      }
    }
    if (open.length > 0) throw new MalformedProfile(`${field}.events`, 'leaves a frame open');
  }

  private frame(index: unknown, field: string): FrameIndex {
    const frame = typeof index === 'number' ? this.frames[index] : undefined;
    if (frame === undefined) {
      throw new MalformedProfile(
        field,
        `names frame ${JSON.stringify(index)}; there are ${this.frames.length}`,
      );
    }
    return frame;
  }

  private add(stack: readonly FrameIndex[], weight: unknown, scale: number, field: string): void {
    if (++this.samples > this.limits.samples) {
      throw new MalformedProfile(
        'profiles',
        `have more than ${this.limits.samples} samples`,
        'sample_count',
      );
    }
    if (stack.length > this.limits.stackDepth) {
      throw new MalformedProfile(
        field,
        `has more than ${this.limits.stackDepth} frames`,
        'stack_depth',
      );
    }
    const value = Math.round(finite(weight, field) * scale);
    if (value < 0) throw new MalformedProfile(field, 'is negative');
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedProfile(field, 'is above 2^53');
    if (value > 0) this.builder.add(stack, [value]);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedProfile('profile', `is not JSON (${(error as Error).message})`);
  }
}

function object(value: unknown, field: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedProfile(field, 'is not an object');
  }
  return value as Json;
}

function array(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new MalformedProfile(field, 'is not a list');
  return value;
}

function finite(value: unknown, field: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new MalformedProfile(field, 'is not a number');
  }
  return value;
}
