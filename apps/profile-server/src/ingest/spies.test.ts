import { DEFAULT_LIMITS } from '@hsi/pprof-codec';
import { type ProfileTables, ProfileTablesBuilder } from '@hsi/profile-model';
import { expect, test } from 'vitest';
import { asNamedBySpy } from './spies.ts';

/** A profile of one stack trace, with functions of one file. */
function profile(names: readonly string[], file: string): ProfileTables {
  const builder = new ProfileTablesBuilder();
  builder.add(
    names.map((name, line) => builder.frame(name, file, line)),
    [1],
  );
  const cpu = { type: 'cpu', unit: 'nanoseconds' };
  return builder.build({ sampleTypes: [cpu], periodType: cpu, period: 1 });
}

function frameNames({ frames, strings }: ProfileTables): string[] {
  return [...frames.name].map((index) => strings[index]!);
}

test('lines of one function share one joined name', () => {
  const given = profile(['work', 'work', 'main', ''], 'app.py');
  const named = asNamedBySpy(given, 'pyspy', DEFAULT_LIMITS);
  expect(frameNames(named)).toEqual(['app.py work', 'app.py work', 'app.py main', 'app.py ']);
  expect(named.strings.length).toBe(given.strings.length + 3);
});

test('a function without a file keeps its name', () => {
  expect(frameNames(asNamedBySpy(profile(['main'], ''), 'rbspy', DEFAULT_LIMITS))).toEqual([
    'main',
  ]);
});

test.each([
  ['a joined name', { stringBytes: 10 }, 'string_length', 'longer than 10 bytes with its file'],
  ['their sum', { inflatedBytes: 21 }, 'inflated_size', 'longer than 21 bytes together'],
])('%s is limited', (_what, limit, reason, sentence) => {
  const given = profile(['work', 'main'], 'app.py');
  const name = (limits: object) => () =>
    asNamedBySpy(given, 'scripting', { ...DEFAULT_LIMITS, ...limits });
  expect(name({ stringBytes: 11, inflatedBytes: 22 })).not.toThrow();
  expect(name(limit)).toThrow(
    expect.objectContaining({ reason, message: expect.stringContaining(sentence) as string }),
  );
});
