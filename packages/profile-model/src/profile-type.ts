/** A profile type's id, `name:sampleType:sampleUnit:periodType:periodUnit`, e.g. `process_cpu:cpu:nanoseconds:cpu:nanoseconds`. */
export type ProfileTypeId = string;

/** What the values of a series measure. */
export interface ProfileType {
  readonly id: ProfileTypeId;
  readonly name: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
  readonly periodType: string;
  readonly periodUnit: string;
}

/** The two choices that fit every service; each resolves to a profile type that the service has. */
export type ProfileKind = 'cpu' | 'memory';

/** Thrown for an id that is not five (or, with `:delta`, six) parts, or names nothing. */
export class InvalidProfileType extends Error {
  constructor(id: string) {
    super(
      'profile-type selection must be of the form ' +
        '<name>:<sample-type>:<sample-unit>:<period-type>:<period-unit>(:delta), ' +
        `got(${id.split(':').length}): ${JSON.stringify(id)}`,
    );
    this.name = 'InvalidProfileType';
  }
}

/**
 * Parses a profile type id. A sixth part `delta` is accepted and dropped, as Pyroscope does; units
 * and the period's type may be empty.
 * @throws InvalidProfileType
 */
export function parseProfileType(id: string): ProfileType {
  const type = readProfileType(id);
  if (type === undefined) throw new InvalidProfileType(id);
  return type;
}

/** The profile type of an id, or undefined when it is none. */
export function readProfileType(id: string): ProfileType | undefined {
  const parts = id.split(':');
  const isDelta = parts.length === 6 && parts[5] === 'delta';
  if (parts.length !== 5 && !isDelta) return undefined;
  const [name, sampleType, sampleUnit, periodType, periodUnit] = parts as [
    string,
    string,
    string,
    string,
    string,
  ];
  if (name === '' || sampleType === '') return undefined;
  return profileType(name, sampleType, sampleUnit, periodType, periodUnit);
}

/** Builds a profile type from its five parts. */
export function profileType(
  name: string,
  sampleType: string,
  sampleUnit: string,
  periodType: string,
  periodUnit: string,
): ProfileType {
  const id = [name, sampleType, sampleUnit, periodType, periodUnit].join(':');
  return { id, name, sampleType, sampleUnit, periodType, periodUnit };
}

/**
 * The types that stand for CPU and for memory, best first: the uniform ids that Go, Python and our
 * own services send, then those of Pyroscope's Node SDK.
 */
export const PREFERRED_TYPES: Readonly<Record<ProfileKind, readonly ProfileTypeId[]>> = {
  cpu: [
    'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    'wall:cpu:nanoseconds:wall:nanoseconds',
    'process_cpu:samples:count:cpu:nanoseconds',
  ],
  memory: [
    'memory:inuse_space:bytes:space:bytes',
    'memory:inuse_space:bytes:inuse_space:bytes',
    'memory:alloc_space:bytes:space:bytes',
  ],
};

/** The type that stands for `kind` among those a service has, or undefined when it has none. */
export function resolveKind(
  kind: ProfileKind,
  available: readonly ProfileTypeId[],
): ProfileTypeId | undefined {
  return PREFERRED_TYPES[kind].find((id) => available.includes(id));
}

/**
 * True when the values are snapshots of a level (bytes in use, goroutines): a sum over time has no
 * meaning, the average of the snapshots has. False for amounts that add up (CPU time, allocations).
 */
export function isSnapshot(id: ProfileTypeId): boolean {
  const [name, sampleType = ''] = id.split(':');
  return sampleType.startsWith('inuse_') || name === 'goroutines' || name === 'goroutine';
}
