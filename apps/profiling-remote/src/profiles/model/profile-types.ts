import {
  type ProfileKind,
  type ProfileTypeId,
  PREFERRED_TYPES,
  isSnapshot,
  parseProfileType,
  resolveKind,
} from '@hsi/profile-model';

/** What the page asks for: a kind that each service resolves for itself, or one profile type. */
export type TypeChoice = ProfileKind | ProfileTypeId;

export function isKind(choice: TypeChoice): choice is ProfileKind {
  return choice === 'cpu' || choice === 'memory';
}

/** The type to ask for before it is known what a service has: the one that our services send. */
export function likelyType(choice: TypeChoice): ProfileTypeId {
  return isKind(choice) ? PREFERRED_TYPES[choice][0]! : choice;
}

/** The type that stands for the choice among those a service has; undefined when it has none. */
export function resolveType(
  choice: TypeChoice,
  available: readonly ProfileTypeId[],
): ProfileTypeId | undefined {
  return isKind(choice) ? resolveKind(choice, available) : choice;
}

/** Unit of the type's values; `count` for an id that says none. */
export function unitOf(id: ProfileTypeId): string {
  return id.split(':')[2] || 'count';
}

/** True when the values are time on a processor, so that a rate is a number of cores. */
export function isCpuTime(choice: TypeChoice): boolean {
  if (isKind(choice)) return choice === 'cpu';
  return PREFERRED_TYPES.cpu.includes(choice) && unitOf(choice) === 'nanoseconds';
}

/** True when `(idle)` may be among the frames and is not work. */
export function hasIdleFrames(choice: TypeChoice): boolean {
  return choice === 'cpu' || PREFERRED_TYPES.cpu.includes(choice);
}

export function isLevel(choice: TypeChoice): boolean {
  return isKind(choice) ? choice === 'memory' : isSnapshot(choice);
}

/** A name for the choice: `CPU`, `Memory`, or what the id says, e.g. `goroutine (goroutines, count)`. */
export function typeTitle(choice: TypeChoice): string {
  if (isKind(choice)) return choice === 'cpu' ? 'CPU' : 'Memory';
  try {
    const { name, sampleType, sampleUnit } = parseProfileType(choice);
    return `${sampleType} (${name}, ${sampleUnit})`;
  } catch {
    return choice;
  }
}

export interface TypeOption {
  readonly value: TypeChoice;
  readonly label: string;
}

/** CPU and Memory, then every other type that some service sends, then the chosen one if it is none of them. */
export function typeOptions(
  services: readonly { readonly types: readonly ProfileTypeId[] }[],
  chosen: TypeChoice,
): TypeOption[] {
  const others = new Set<ProfileTypeId>();
  for (const { types } of services) {
    const kinds = [resolveKind('cpu', types), resolveKind('memory', types)];
    for (const type of types) if (!kinds.includes(type)) others.add(type);
  }
  if (!isKind(chosen)) others.add(chosen);
  const rest = [...others].map((value) => ({ value, label: typeTitle(value) }));
  rest.sort((a, b) => (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
  return [{ value: 'cpu', label: 'CPU' }, { value: 'memory', label: 'Memory' }, ...rest];
}
