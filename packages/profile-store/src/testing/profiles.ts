import {
  type LabelSet,
  type Matcher,
  parseSelector,
  ProfileTablesBuilder,
} from '@hsi/profile-model';
import { type IncomingProfile } from '../incoming.ts';
import { type Selection } from '../selection.ts';

export const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const CPU_TIME = { type: 'cpu', unit: 'nanoseconds' };

/** 2026-11-23 01:00 UTC. */
export const HOUR = 1_795_395_600_000;

/**
 * A CPU profile from folded lines, `main;work 5`. A line may begin with a sample label and a span:
 * `model=clip main;work 5`, `span=00f067aa0ba902b7 main 5`.
 */
export function profile(
  folded: string,
  about: { service?: string; ms?: number; labels?: LabelSet; name?: string } = {},
): IncomingProfile {
  const builder = new ProfileTablesBuilder();
  const labelSets = new Map<string, number>();
  for (const line of folded.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const parts = line.split(' ');
    const stack = parts.at(-2)!.split(';');
    let [set, span] = [0, -1];
    for (const pair of parts.slice(0, -2)) {
      const [name = '', value = ''] = pair.split('=');
      if (name === 'span') span = builder.addSpan(value);
      else {
        set = labelSets.get(pair) ?? builder.addLabelSet({ [name]: value });
        labelSets.set(pair, set);
      }
    }
    builder.add(
      stack.map((frame) => builder.frame(frame, `${frame}.ts`, 7)),
      [BigInt(parts.at(-1)!)],
      set,
      span,
    );
  }
  return {
    name: about.name ?? 'process_cpu',
    labels: { service_name: about.service ?? 'backend', ...about.labels },
    timeNanos: BigInt(about.ms ?? HOUR) * 1_000_000n,
    tables: builder.build({ sampleTypes: [CPU_TIME], periodType: CPU_TIME, period: 10_000_000 }),
  };
}

/** A selection of CPU samples; all of a day unless told. */
export function selection(
  selector = '',
  about: { tenant?: string; from?: number; to?: number } = {},
): Selection {
  return {
    tenant: about.tenant ?? 'anonymous',
    profileTypeId: CPU,
    matchers: parseSelector(selector) satisfies Matcher[],
    from: about.from ?? HOUR - 3_600_000,
    to: about.to ?? HOUR + 86_400_000,
  };
}
