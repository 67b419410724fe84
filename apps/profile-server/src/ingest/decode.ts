import {
  decodeFolded,
  type DecodeLimits,
  decodePprof,
  decodeSpeedscope,
  MalformedProfile,
} from '@hsi/pprof-codec';
import { type ProfileTables } from '@hsi/profile-model';
import { type IncomingProfile } from '@hsi/profile-store';
import * as v from 'valibot';
import { inflate, InflateError, isGzip } from '../body.ts';
import { invalid } from '../refusal.ts';
import { applicationLabels } from './application.ts';
import { checkMetricName, type DisplayNames, metricName } from './metric-name.ts';
import { parseMultipart } from './multipart.ts';
import { type IngestParameters } from './parameters.ts';
import { asNamedBySpy } from './spies.ts';
import { textType } from './text-types.ts';

/** Profiles of the year 1970 have no time, or have it in a smaller unit than they say. */
const FIRST_PLAUSIBLE_NANOS = 31_536_000_000_000_000n;

/** What one ingest request holds. @throws Refusal, MalformedProfile */
export async function decodeIngest(
  parameters: IngestParameters,
  contentType: string,
  body: Buffer,
  limits: DecodeLimits,
): Promise<IncomingProfile[]> {
  if (parameters.format === 'pprof') {
    const form = parameters.isMultipart ? readForm(body, contentType) : { profile: body };
    const decoded = decodePprof(await inflateProfile(form.profile, limits), limits);
    const tables = asNamedBySpy(decoded, parameters.spyName, limits);
    const name = metricName(tables.sampleTypes, form.displayNames);
    checkMetricName(name, 'The display name in "sample_type_config"');
    return [incoming(parameters, name, tables)];
  }
  if (parameters.isMultipart) {
    throw invalid(
      `The format ${parameters.format} is not taken as a form; send it as the body.`,
      'format',
    );
  }
  const { application, sampleRate, format } = parameters;
  const { application: name, type } = textType(application.name, sampleRate);
  const named = { ...parameters, application: { ...application, name } };
  const text = (await inflateProfile(body, limits)).toString();
  if (format === 'speedscope') {
    const tables = decodeSpeedscope(text, sampleRate, limits);
    return [incoming(named, metricName(tables.sampleTypes), tables)];
  }
  return [incoming(named, type.name, decodeFolded(text, type.measure, limits))];
}

/** A profile may be gzip by itself. @throws MalformedProfile */
export async function inflateProfile(
  bytes: Uint8Array,
  { inflatedBytes }: DecodeLimits,
): Promise<Buffer> {
  if (!isGzip(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return await inflate(bytes, inflatedBytes);
  } catch (error) {
    if (!(error instanceof InflateError)) throw error;
    throw new MalformedProfile(
      'gzip',
      error.message,
      error.isTooLarge ? 'inflated_size' : undefined,
    );
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
