import { decodeFolded, type DecodeLimits, decodePprof, decodeSpeedscope } from '@hsi/pprof-codec';
import { type ProfileTables } from '@hsi/profile-model';
import { type IncomingProfile } from '@hsi/profile-store';
import * as v from 'valibot';
import { invalid } from '../refusal.ts';
import { applicationLabels } from './application.ts';
import { inflate } from './inflate.ts';
import { type DisplayNames, metricName } from './metric-name.ts';
import { parseMultipart } from './multipart.ts';
import { type IngestParameters } from './parameters.ts';

/** Profiles of the year 1970 have no time, or have it in a smaller unit than they say. */
const FIRST_PLAUSIBLE_NANOS = 31_536_000_000_000_000n;

/** What one ingest request holds. @throws Refusal, MalformedProfile */
export async function decodeIngest(
  parameters: IngestParameters,
  contentType: string,
  body: Buffer,
  limits: DecodeLimits,
): Promise<IncomingProfile[]> {
  switch (parameters.format) {
    case 'pprof': {
      const form = parameters.isMultipart ? readForm(body, contentType) : { profile: body };
      const tables = decodePprof(await inflate(form.profile, limits.inflatedBytes), limits);
      return [incoming(parameters, metricName(tables.sampleTypes, form.displayNames), tables)];
    }
    case 'speedscope':
    case 'folded':
    case 'groups': {
      if (parameters.isMultipart) {
        throw invalid(`The format ${parameters.format} is not taken as a form.`, 'format');
      }
      const text = Buffer.from(await inflate(body, limits.inflatedBytes)).toString();
      const decode = parameters.format === 'speedscope' ? decodeSpeedscope : decodeFolded;
      return [incoming(parameters, 'process_cpu', decode(text, parameters.sampleRate, limits))];
    }
  }
}

const SampleTypeConfig = v.record(
  v.string(),
  v.nullable(v.object({ 'display-name': v.optional(v.string()) })),
);

function readForm(
  body: Buffer,
  contentType: string,
): { profile: Buffer; displayNames?: DisplayNames } {
  const parts = parseMultipart(body, contentType);
  const profile = parts.get('profile');
  if (profile === undefined) throw invalid('The form has no part "profile".', 'multipart');
  if ((parts.get('prev_profile')?.length ?? 0) > 0) {
    throw invalid(
      'The form has a part "prev_profile": profiles that are differences of two are not supported.',
      'multipart',
    );
  }
  const config = parts.get('sample_type_config');
  if (config === undefined || config.length === 0) return { profile };
  const parsed = v.safeParse(
    v.pipe(v.string(), v.parseJson(), SampleTypeConfig),
    config.toString(),
  );
  if (!parsed.success) throw invalid('The part "sample_type_config" cannot be read.', 'multipart');
  const names = Object.entries(parsed.output).map(
    ([type, entry]) => [type, entry?.['display-name'] || type] as const,
  );
  return { profile, displayNames: Object.fromEntries(names) };
}

function incoming(
  { application, spyName, fromNanos }: IngestParameters,
  name: string,
  tables: ProfileTables,
): IncomingProfile {
  return {
    name,
    labels: applicationLabels(application, spyName),
    timeNanos: tables.timeNanos < FIRST_PLAUSIBLE_NANOS ? fromNanos : tables.timeNanos,
    tables,
  };
}
