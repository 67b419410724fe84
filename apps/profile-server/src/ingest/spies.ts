import { type ProfileTables } from '@hsi/profile-model';

/** Profilers of languages in which a function's name says little without its file. */
const SCRIPTING = new Set(['pyspy', 'rbspy', 'scripting']);

/**
 * The profile as Pyroscope names things for the profiler that made it: Python's and Ruby's
 * functions with their file, `app.py main`; .NET's types with underscores, `inuse_space`.
 */
export function asNamedBySpy(tables: ProfileTables, spyName: string): ProfileTables {
  if (SCRIPTING.has(spyName)) return withFileNames(tables);
  if (spyName === 'dotnetspy') return withUnderscores(tables);
  return tables;
}

function withFileNames(tables: ProfileTables): ProfileTables {
  const { frames } = tables;
  const strings = [...tables.strings];
  const made = new Map<string, number>();
  const name = frames.name.map((index, frame) => {
    const file = strings[frames.file[frame]!]!;
    if (file === '') return index;
    const full = `${file} ${strings[index]!}`;
    const known = made.get(full) ?? strings.push(full) - 1;
    made.set(full, known);
    return known;
  });
  return { ...tables, strings, frames: { ...frames, name } };
}

function withUnderscores(tables: ProfileTables): ProfileTables {
  const sampleTypes = tables.sampleTypes.map(({ type, unit }) => ({
    type: type.replaceAll('-', '_'),
    unit,
  }));
  return { ...tables, sampleTypes };
}
