import { type DecodeLimits, decodePprof, MalformedProfile } from '@hsi/pprof-codec';
import { type LabelSet } from '@hsi/profile-model';
import { type IncomingProfile } from '@hsi/profile-store';
import { type PushRequest, type RawProfileSeries } from '@hsi/pyroscope-api/server';
import { invalid } from '../refusal.ts';
import { inflateProfile } from './decode.ts';
import { checkMetricName } from './metric-name.ts';

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
  for (const [index, series] of request.series.entries()) {
    const given = labelsOf(series, `series[${index}]`);
    const name = given.__name__ ?? '';
    if (name === '') throw invalid(`series[${index}] has no label __name__.`, 'labels');
    checkMetricName(name, `series[${index}], label __name__,`);
    if ((given.service_name ?? '') === '') {
      throw invalid(`series[${index}] has no label service_name.`, 'labels');
    }
    const labels: LabelSet = Object.fromEntries(
      Object.entries(given).filter(([key, value]) => !key.startsWith('__') && value !== ''),
    );
    for (const [sample, { rawProfile }] of series.samples.entries()) {
      const tables = await decode(rawProfile, limits, `series[${index}].samples[${sample}]`);
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

/** @throws MalformedProfile that says which of the request's profiles it is */
async function decode(bytes: Uint8Array, limits: DecodeLimits, where: string) {
  try {
    return decodePprof(await inflateProfile(bytes, limits), limits);
  } catch (error) {
    if (!(error instanceof MalformedProfile)) throw error;
    throw new MalformedProfile(`${where}, ${error.field}`, error.problem, error.reason);
  }
}
