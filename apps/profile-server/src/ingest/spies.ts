import { type DecodeLimits, MalformedProfile } from '@hsi/pprof-codec';
import { type ProfileTables } from '@hsi/profile-model';

/** Profilers of languages in which a function's name says little without its file. */
const SCRIPTING = new Set(['pyspy', 'rbspy', 'scripting']);

/**
 * The profile as Pyroscope names things for the profiler that made it: Python's and Ruby's
 * functions with their file, `app.py main`; .NET's types with underscores, `inuse_space`.
 * @throws MalformedProfile for names that are beyond the limits once joined
 */
export function asNamedBySpy(
  tables: ProfileTables,
  spyName: string,
  limits: DecodeLimits,
): ProfileTables {
  if (SCRIPTING.has(spyName)) return withFileNames(tables, limits);
  if (spyName === 'dotnetspy') return withUnderscores(tables);
  return tables;
}

function withFileNames(tables: ProfileTables, limits: DecodeLimits): ProfileTables {
  const { frames } = tables;
  const strings = [...tables.strings];
  // By the pair of indexes, not by the joined text: hashing long texts that are alike is slow.
  const made = new Map<number, number>();
  let total = 0;
  const name = frames.name.map((index, frame) => {
    const fileIndex = frames.file[frame]!;
    const file = strings[fileIndex]!;
    if (file === '') return index;
    const pair = fileIndex * tables.strings.length + index;
    const known = made.get(pair);
    if (known !== undefined) return known;
    const full = `${file} ${strings[index]!}`;
    total += full.length;
    checkLength(full.length, total, limits);
    const joined = strings.push(full) - 1;
    made.set(pair, joined);
    return joined;
  });
  return { ...tables, strings, frames: { ...frames, name } };
}

function checkLength(
  length: number,
  total: number,
  { stringBytes, inflatedBytes }: DecodeLimits,
): void {
  if (length > stringBytes) {
    throw new MalformedProfile(
      'function',
      `has a name that is longer than ${stringBytes} bytes with its file`,
      'string_length',
    );
  }
  if (total > inflatedBytes) {
    throw new MalformedProfile(
      'function',
      `has names that are longer than ${inflatedBytes} bytes together with their files`,
      'inflated_size',
    );
  }
}

function withUnderscores(tables: ProfileTables): ProfileTables {
  const sampleTypes = tables.sampleTypes.map(({ type, unit }) => ({
    type: type.replaceAll('-', '_'),
    unit,
  }));
  return { ...tables, sampleTypes };
}
