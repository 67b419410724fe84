import {
  Function as PprofFunction,
  Label,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import { SAMPLED_AT } from '../sampled-rows.ts';

/** One sample of a made-up sampler. */
export interface DrawnSample {
  /** Frames, root first, separated by spaces; `name@file:line` has a place. */
  readonly stack: string;
  readonly values: readonly number[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Milliseconds after a fixed start. */
  readonly at?: number;
}

export const TIMES = ['sample:count', 'wall:nanoseconds', 'cpu:nanoseconds'];
export const HEAP = ['objects:count', 'space:bytes'];
const START_MICROS = 1_700_000_000_000_000;

/** A profile as `@datadog/pprof` makes it, from stacks drawn as text. */
export function drawProfile(
  sampleTypes: readonly string[],
  samples: readonly DrawnSample[],
  period = 10_000_000,
): Profile {
  const table = new StringTable();
  const profile = new Profile({ period, stringTable: table });
  const valueTypes = sampleTypes.map((text) => {
    const [type, unit] = text.split(':') as [string, string];
    return new ValueType({ type: table.dedup(type), unit: table.dedup(unit) });
  });
  profile.sampleType = valueTypes;
  const ids = new Map<string, number>();
  const locationOf = (frame: string) => {
    const known = ids.get(frame);
    if (known !== undefined) return known;
    const [, name = '', file = '', line = '0'] = /^(.*?)(?:@(.*):(\d+))?$/.exec(frame) ?? [];
    const id = profile.location.length + 1;
    profile.function.push(
      new PprofFunction({
        id,
        name: table.dedup(name.replaceAll('_', ' ')),
        filename: table.dedup(file),
      }),
    );
    profile.location.push(new Location({ id, line: [{ functionId: id, line: Number(line) }] }));
    ids.set(frame, id);
    return id;
  };
  profile.sample = samples.map(({ stack, values, labels = {}, at }) => {
    const label = Object.entries(labels).map(
      ([key, value]) => new Label({ key: table.dedup(key), str: table.dedup(value) }),
    );
    if (at !== undefined) {
      label.push(new Label({ key: table.dedup(SAMPLED_AT), num: START_MICROS + at * 1_000 }));
    }
    const locationId = stack.split(' ').map(locationOf).reverse();
    return new Sample({ locationId, value: [...values], label });
  });
  return profile;
}

/** A profile as lines `stack {labels} values`, in the order of the text; after a trip over the wire. */
export function printProfile(sent: Profile): string[] {
  const profile = Profile.decode(sent.encode());
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '?';
  const frame = (id: number | bigint) => {
    const line = profile.location[Number(id) - 1]?.line[0];
    return text(profile.function[Number(line?.functionId ?? 0) - 1]?.name ?? -1);
  };
  return profile.sample
    .map(({ locationId, label, value }) => {
      const stack = locationId.map(frame).reverse().join(' > ');
      const labels = label.map(({ key, str }) => `${text(key)}=${text(str)}`).join(',');
      return `${stack}${labels && ` {${labels}}`} ${value.map(Number).join(' ')}`;
    })
    .sort();
}

/** The profile's types: `sampleType:unit ... / periodType:unit`. */
export function printTypes(sent: Profile): string {
  const profile = Profile.decode(sent.encode());
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '?';
  const types = profile.sampleType.map(({ type, unit }) => `${text(type)}:${text(unit)}`);
  const period = profile.periodType;
  return `${types.join(' ')} / ${text(period?.type ?? -1)}:${text(period?.unit ?? -1)}`;
}
