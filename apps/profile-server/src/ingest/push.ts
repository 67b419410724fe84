import { setImmediate } from 'node:timers/promises';
import { type DecodeLimits, decodePprof, MalformedProfile } from '@hsi/pprof-codec';
import { type LabelSet, type ProfileTables } from '@hsi/profile-model';
import { type IncomingProfile } from '@hsi/profile-store';
import { type PushRequest, type RawProfileSeries } from '@hsi/pyroscope-api/server';
import { invalid } from '../refusal.ts';
import { inflateProfile } from './decode.ts';
import { checkMetricName } from './metric-name.ts';

/** Others get their turn when so many bytes are decoded; a profile counts as some, however small. */
const TURN_BYTES = 1_000_000;
const PROFILE_BYTES = 10_000;

/** The service of a series without one, as in Pyroscope. */
const NO_SERVICE = 'unspecified';

/** All profiles of a push may have as many samples as so many of the greatest that are taken. */
const GREATEST_PROFILES = 10;

/**
 * The profiles of a `push.v1` request, all of them: one that cannot be read refuses the request.
 * The series' labels name the profile (`__name__`) and the service; a profile without a time gets
 * the server's.
 * @throws Refusal, MalformedProfile
 */
export async function decodePush(
  request: PushRequest,
  limits: DecodeLimits,
  nowMs: number,
): Promise<IncomingProfile[]> {
  const profiles: IncomingProfile[] = [];
  const inflater = new Inflater(limits);
  const mostSamples = GREATEST_PROFILES * limits.samples;
  let samples = 0;
  for (const [index, series] of request.series.entries()) {
    const given = labelsOf(series, `series[${index}]`);
    const name = given.__name__ ?? '';
    if (name === '') throw invalid(`series[${index}] has no label __name__.`, 'labels');
    checkMetricName(name, `series[${index}], label __name__,`);
    const labels: LabelSet = {
      service_name: NO_SERVICE,
      ...Object.fromEntries(
        Object.entries(given).filter(([key, value]) => !key.startsWith('__') && value !== ''),
      ),
    };
    for (const [sample, { rawProfile }] of series.samples.entries()) {
      const where = `series[${index}].samples[${sample}]`;
      const tables = decode(await inflater.inflate(rawProfile, where), limits, where);
      samples += tables.samples.count;
      if (samples > mostSamples) {
        const problem = `and the profiles before it have more than ${mostSamples} samples`;
        throw new MalformedProfile(where, problem, 'sample_count');
      }
      const timeNanos = tables.timeNanos === 0n ? BigInt(nowMs) * 1_000_000n : tables.timeNanos;
      profiles.push({ name, labels, timeNanos, tables });
    }
  }
  return profiles;
}

function labelsOf({ labels }: RawProfileSeries, where: string): Record<string, string> {
  const nameless = labels.find(({ name }) => name === '');
  if (nameless !== undefined) {
    const value = JSON.stringify(nameless.value.slice(0, 80));
    throw invalid(`${where} has a label without a name; its value is ${value}.`, 'labels');
  }
  const given = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
  if (Object.keys(given).length < labels.length) {
    const names = labels.map(({ name }) => name);
    const twice = names.find((name, at) => names.indexOf(name) < at);
    throw invalid(`${where} has the label ${JSON.stringify(twice)} twice.`, 'labels');
  }
  return given;
}

/** Inflates the profiles of one request, which are limited together, and lets others work between. */
class Inflater {
  private total = 0;
  private sinceTurn = 0;

  constructor(private readonly limits: DecodeLimits) {}

  /** @throws MalformedProfile */
  async inflate(bytes: Uint8Array, where: string): Promise<Buffer> {
    const inflated = await inflateProfile(bytes, this.limits).catch((error: unknown) => {
      throw placed(error, where);
    });
    this.total += inflated.length;
    if (this.total > this.limits.inflatedBytes) {
      throw new MalformedProfile(
        where,
        `and the profiles before it inflate to more than ${this.limits.inflatedBytes} bytes`,
        'inflated_size',
      );
    }
    this.sinceTurn += inflated.length + PROFILE_BYTES;
    if (this.sinceTurn > TURN_BYTES) {
      this.sinceTurn = 0;
      await setImmediate();
    }
    return inflated;
  }
}

function decode(bytes: Buffer, limits: DecodeLimits, where: string): ProfileTables {
  try {
    return decodePprof(bytes, limits);
  } catch (error) {
    throw placed(error, where);
  }
}

/** The error, with which of the request's profiles it is about. */
function placed(error: unknown, where: string): unknown {
  if (!(error instanceof MalformedProfile)) return error;
  return new MalformedProfile(`${where}, ${error.field}`, error.problem, error.reason);
}
