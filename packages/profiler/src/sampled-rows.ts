import type { Label, Profile, Sample } from 'pprof-format';

/** Numeric label of the sampler's own: when the sample was taken, in unix microseconds. Not sent. */
export const SAMPLED_AT = 'hsi:sampled_at';

const IDLE = '(idle)';
/** Samples farther apart than this many periods have others between them that V8 left out. */
const NEIGHBOUR_PERIODS = 1.8;

/** One sample of a sampler's profile. */
export interface SampledRow {
  /** Location ids, leaf first. */
  readonly stack: readonly number[];
  readonly labels: readonly Label[];
  /** One value per asked sample type; 0 where the profile lacks the type. */
  readonly values: readonly number[];
  /** True when the event loop was waiting. */
  readonly idle: boolean;
  /** Unix microseconds; undefined when the sampler does not know. */
  readonly at: number | undefined;
}

export function readRows(profile: Profile, types: readonly string[]): SampledRow[] {
  const texts = profile.stringTable.strings;
  const columns = types.map((type) =>
    profile.sampleType.findIndex(({ type: at }) => texts[Number(at)] === type),
  );
  const idleLocations = new Set(
    profile.location.flatMap(({ id, line }) => {
      const fn = profile.function[Number(line[0]?.functionId ?? 0) - 1];
      return texts[Number(fn?.name ?? 0)] === IDLE ? [Number(id)] : [];
    }),
  );
  return profile.sample.map((sample: Sample) => {
    const time = sample.label.find(({ key }) => texts[Number(key)] === SAMPLED_AT);
    const stack = sample.locationId.map(Number);
    return {
      stack,
      labels: sample.label.filter((label) => label !== time),
      values: columns.map((column) => Number(sample.value[column] ?? 0)),
      idle: stack.length === 1 && idleLocations.has(stack[0]!),
      at: time && Number(time.num) > 0 ? Number(time.num) : undefined,
    };
  });
}

/**
 * Gives the CPU time of idle samples to the code that used it.
 *
 * The sampler reads the thread's CPU clock with each sample and books the time since the sample
 * before on the later one, so work that ends between two samples is booked on `(idle)`. A waiting
 * thread uses no CPU: that time belongs to the sample before, when that one shows running code. It
 * stays with the idle sample when the one before is idle too, or is unknown.
 *
 * @param periodNanos the sampler's measured time between two samples
 */
export function settleIdle(rows: readonly SampledRow[], periodNanos: number): SampledRow[] {
  const order = rows
    .map((row, index) => ({ at: row.at, index }))
    .filter((entry): entry is { at: number; index: number } => entry.at !== undefined)
    .sort((a, b) => a.at - b.at);
  const settled = [...rows];
  const reach = (periodNanos / 1_000) * NEIGHBOUR_PERIODS;
  for (let next = 1; next < order.length; next++) {
    const { at, index } = order[next]!;
    const before = order[next - 1]!;
    const idle = settled[index]!;
    const running = settled[before.index]!;
    if (!idle.idle || running.idle || at - before.at > reach) continue;
    settled[before.index] = {
      ...running,
      values: running.values.map((value, column) => value + (idle.values[column] ?? 0)),
    };
    settled[index] = { ...idle, values: idle.values.map(() => 0) };
  }
  return settled;
}
