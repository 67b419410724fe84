import { describe, expect, test } from 'vitest';
import { decodePprof } from './decode-pprof.ts';
import { encodePprof } from './encode-pprof.ts';
import { DEFAULT_LIMITS, MalformedProfile } from './malformed-profile.ts';
import { CORRUPT_PROFILES } from './testing/corruptions.ts';
import { PprofText } from './testing/pprof-text.ts';
import { WireWriter } from '@hsi/protobuf-wire';

test('the valid profile that the corruptions start from', () => {
  const tables = decodePprof(new PprofText().bytes());
  expect(tables.samples.count).toBe(2);
  expect(tables.strings[tables.frames.name[0]!]).toBe('main');
  expect(() => decodePprof(encodePprof(tables))).not.toThrow();
});

test.each(CORRUPT_PROFILES)('refuses %s', (_name, bytes) => {
  expect(() => decodePprof(bytes)).toThrow(MalformedProfile);
});

test('the message names the field and its index', () => {
  const profile = new PprofText();
  profile.sample.locations = [1, 77];
  expect(() => decodePprof(profile.bytes())).toThrow(
    'The profile cannot be read: sample[0].location_id is 77; there is no such location.',
  );
});

test.each([
  ['a Java flight recording', 'FLR\0\0\x02\0\x01', 'is a Java flight recording (jfr), not pprof'],
  ['a trace of Go', 'go 1.26 trace\0\0\0\x01', 'is an execution trace of Go, not pprof'],
  ['JSON', '{"profiles": []}', 'is JSON, not pprof'],
  ['folded lines', 'main;work 12\n', 'is text that begins with "main;work 12\\n", not pprof'],
  ['what nobody knows', '\xff\xfe\0\0', 'profile has'],
])('%s is told by name', (_what, text, message) => {
  expect(() => decodePprof(Buffer.from(text, 'latin1'))).toThrow(message);
});

test('cut off anywhere, it is refused or it is a whole profile of less', () => {
  const bytes = new PprofText().bytes();
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    try {
      decodePprof(bytes.subarray(0, length));
    } catch (error) {
      expect(error).toBeInstanceOf(MalformedProfile);
      refused++;
    }
  }
  // Fields that end where the cut is are left out in silence: protobuf cannot tell.
  expect(refused).toBeGreaterThan(0.9 * bytes.length);
});

describe('limits', () => {
  test.each([
    ['inflatedBytes', 10, 'inflated_size'],
    ['samples', 1, 'sample_count'],
    ['stackDepth', 1, 'stack_depth'],
    ['stringBytes', 3, 'string_length'],
    ['sampleLabels', 0, 'label_count'],
  ] as const)('%s', (limit, value, reason) => {
    const profile = new PprofText();
    profile.sample.label = { key: 1, text: 1 };
    const bytes = profile.bytes();
    expect(() => decodePprof(bytes)).not.toThrow();
    let refusal: unknown;
    try {
      decodePprof(bytes, { ...DEFAULT_LIMITS, [limit]: value });
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ name: 'MalformedProfile', reason });
  });
});

describe('entries beyond what any profiler writes', () => {
  test.each([
    ['sample_type', 1, 64],
    ['mapping', 3, 1_000_000],
    ['location', 4, 1_000_000],
    ['function', 5, 1_000_000],
    ['string_table', 6, 1_000_000],
  ])('%s', (field, number, limit) => {
    const entries = new Uint8Array(2 * (limit + 1));
    for (let at = 0; at < entries.length; at += 2) entries[at] = (number << 3) | 2;
    expect(() => decodePprof(entries)).toThrow(
      new MalformedProfile(field, `is repeated more than ${limit} times`),
    );
  });

  test('lines of a location', () => {
    const location = new WireWriter();
    const lineOfFunction1 = Buffer.from([(4 << 3) | 2, 2, 1 << 3, 1]);
    location.bytes(4, Buffer.alloc(4 * 1_000_001, lineOfFunction1));
    const bytes = Buffer.concat([new PprofText().bytes(), location.finish()]);
    expect(() => decodePprof(bytes)).toThrow('location.line is repeated more than 1000000 times');
  });

  test('64 sample types are not too many', () => {
    const profile = new PprofText();
    const writer = new WireWriter();
    for (let type = 2; type < 64; type++) {
      profile.strings.push(`type ${type}`);
      writer.message(1, (into) => into.int64(1, profile.strings.length - 1));
    }
    const bytes = Uint8Array.from([...profile.bytes(), ...writer.finish()]);
    expect(() => decodePprof(bytes)).toThrow('there are 64 sample types');
  });
});

describe('what other clients send', () => {
  test('fields that are unknown are passed over', () => {
    const writer = new WireWriter();
    writer.text(99, 'later');
    writer.int64(98, 5);
    const bytes = Uint8Array.from([
      ...new PprofText().bytes(),
      ...writer.finish(),
      0x7d,
      1,
      2,
      3,
      4,
    ]);
    expect(decodePprof(bytes).samples.count).toBe(2);
  });

  test('values and locations that are not packed', () => {
    const profile = new PprofText();
    profile.isPacked = false;
    expect(decodePprof(profile.bytes()).samples).toEqual(
      decodePprof(new PprofText().bytes()).samples,
    );
  });

  test('values up to 2^63 - 1 stay exact', () => {
    const profile = new PprofText();
    profile.sample.values = [2n ** 63n - 1n, 3];
    const { exactValues } = decodePprof(profile.bytes()).samples;
    expect([...exactValues!].slice(0, 2)).toEqual([2n ** 63n - 1n, 3n]);
  });

  test('a location without lines is known by its address', () => {
    const profile = new PprofText();
    profile.omit.lines = true;
    const { frames, strings } = decodePprof(profile.bytes());
    expect(strings[frames.name[0]!]).toBe('0x4d2');
  });

  test.each([
    ['slices.Sort[go.shape.int].func1', 'slices.Sort.func1'],
    ['a[go.shape.[]int,go.shape.int]', 'a'],
    ['a]b[go.shape.int', 'a]b[go.shape.int'],
    ['a[T]', 'a[T]'],
  ])("Go's type parameters are cut from %s", (written, name) => {
    const profile = new PprofText();
    profile.strings[5] = written;
    const { frames, strings } = decodePprof(profile.bytes());
    expect(strings[frames.name[0]!]).toBe(name);
  });

  test('text that is not ASCII', () => {
    const profile = new PprofText();
    profile.strings[5] = 'größe→🔥';
    const { frames, strings } = decodePprof(profile.bytes());
    expect(strings[frames.name[0]!]).toBe('größe→🔥');
  });

  test('a span in upper case, and a number as a label, make no series', () => {
    const profile = new PprofText();
    profile.strings.push('span_id', '00F067AA0BA902B7');
    const at = profile.strings.length - 2;
    profile.sample.label = { key: at, text: at + 1 };
    const { labelSets, spans } = decodePprof(profile.bytes());
    expect(labelSets).toEqual([{}]);
    expect(spans).toEqual(['00f067aa0ba902b7']);
  });
});
