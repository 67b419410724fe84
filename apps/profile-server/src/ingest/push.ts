import { type DecodeLimits, decodePprof } from '@hsi/pprof-codec';
import { type LabelSet } from '@hsi/profile-model';
import { type IncomingProfile } from '@hsi/profile-store';
import { type PushRequest } from '@hsi/pyroscope-api/server';
import { invalid } from '../refusal.ts';
import { inflate } from './inflate.ts';

/**
 * The profiles of a `push.v1` request. The series' labels name the profile (`__name__`) and the
 * service; a profile without a time gets the server's.
 * @throws Refusal, MalformedProfile
 */
export async function decodePush(
  request: PushRequest,
  limits: DecodeLimits,
  nowMs: number,
): Promise<IncomingProfile[]> {
  const profiles: IncomingProfile[] = [];
  for (const [index, series] of request.series.entries()) {
    const given = Object.fromEntries(series.labels.map(({ name, value }) => [name, value]));
    const name = given.__name__ ?? '';
    if (name === '') throw invalid(`series[${index}] has no label __name__.`, 'labels');
    if ((given.service_name ?? '') === '') {
      throw invalid(`series[${index}] has no label service_name.`, 'labels');
    }
    const labels: LabelSet = Object.fromEntries(
      Object.entries(given).filter(([key, value]) => !key.startsWith('__') && value !== ''),
    );
    for (const { rawProfile } of series.samples) {
      const tables = decodePprof(await inflate(rawProfile, limits.inflatedBytes), limits);
      const timeNanos = tables.timeNanos === 0n ? BigInt(nowMs) * 1_000_000n : tables.timeNanos;
      profiles.push({ name, labels, timeNanos, tables });
    }
  }
  return profiles;
}
