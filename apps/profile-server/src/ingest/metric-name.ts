import { type ValueType } from '@hsi/profile-model';
import { invalid } from '../refusal.ts';

/** Display names that clients give for sample types, from `sample_type_config`. */
export type DisplayNames = Readonly<Record<string, string>>;

const DEFAULT_DISPLAY_NAMES: DisplayNames = {
  samples: 'cpu',
  goroutine: 'goroutines',
  contentions: 'mutex_count',
  delay: 'mutex_duration',
};

/**
 * The name of a pprof profile's types, which pprof itself does not have: Pyroscope derives it from
 * the sample types, and a client that asks for `process_cpu:...` relies on the same name.
 */
export function metricName(
  sampleTypes: readonly ValueType[],
  displayNames: DisplayNames = DEFAULT_DISPLAY_NAMES,
): string {
  if (sampleTypes.some(({ type }) => type === 'wall')) return 'wall';
  let name = '';
  for (const { type } of sampleTypes) {
    name = displayNames[type] ?? type;
    const known = KNOWN.find(([pattern]) => pattern.test(name));
    if (known !== undefined) return known[1];
  }
  return name;
}

const KNOWN: readonly [RegExp, string][] = [
  [/cpu/, 'process_cpu'],
  [/alloc_|inuse_|^space$|^objects$/, 'memory'],
  [/mutex_/, 'mutex'],
  [/block_/, 'block'],
  [/goroutines/, 'goroutines'],
];

/** A name with ":" would make a profile type whose id is not five parts. @throws Refusal */
export function checkMetricName(name: string, where: string): void {
  if (!name.includes(':')) return;
  throw invalid(
    `${where} is ${JSON.stringify(name.slice(0, 80))}; ":" divides the parts of a profile type.`,
    'profile_type',
  );
}
