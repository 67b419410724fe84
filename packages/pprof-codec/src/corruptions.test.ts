import { describe, expect, test } from 'vitest';
import { decodePprof } from './decode-pprof.ts';
import { encodePprof } from './encode-pprof.ts';
import { DEFAULT_LIMITS, MalformedProfile } from './malformed-profile.ts';
import { PprofText } from './testing/pprof-text.ts';
import { WireWriter } from '@hsi/protobuf-wire';

test('the valid profile that the corruptions start from', () => {
  const tables = decodePprof(new PprofText().bytes());
  expect(tables.samples.count).toBe(2);
  expect(tables.strings[tables.frames.name[0]!]).toBe('main');
  expect(() => decodePprof(encodePprof(tables))).not.toThrow();
});

/** One named corruption each. */
const CORRUPTIONS: Record<string, (profile: PprofText) => void> = {
  'a sample type whose type is no string': (p) => (p.sampleType.type = 99),
  'a sample type whose unit is no string': (p) => (p.sampleType.unit = 99),
  'a sample type with a negative index': (p) => (p.sampleType.type = -1),
  'no sample types': (p) => (p.omit.sampleType = true),
  'a sample type twice': (p) => (p.repeatSampleType = true),
  'a period type whose unit is no string': (p) => (p.periodType.unit = 99),
  'a period type with a negative index': (p) => (p.periodType.type = -1),
  'a location id that is absent': (p) => (p.sample.locations = [1, 77]),
  'the location id 0': (p) => (p.sample.locations = [0]),
  'a negative location id': (p) => (p.sample.locations = [-1]),
  'a location id of 2^63': (p) => (p.sample.locations = [2n ** 63n]),
  'no locations at all': (p) => (p.omit.locations = true),
  'a location with the id 0': (p) => (p.location.id = 0),
  'a location with a negative id': (p) => (p.location.id = -1),
  'two locations of one id': (p) => (p.location.id = 2),
  'a location of a mapping that is absent': (p) => (p.location.mapping = 9),
  'a location of a negative mapping': (p) => (p.location.mapping = -1),
  'a line of a function that is absent': (p) => (p.location.function = 99),
  'a line of the function 0': (p) => (p.location.function = 0),
  'a line of a negative function': (p) => (p.location.function = -5),
  'no functions at all': (p) => (p.omit.functions = true),
  'a function with the id 0': (p) => (p.function.id = 0),
  'a function with a negative id': (p) => (p.function.id = -1),
  'two functions of one id': (p) => (p.function.id = 2),
  'a function whose name is no string': (p) => (p.function.name = 99),
  'a function with a negative name': (p) => (p.function.name = -1),
  'a function whose name is above 2^32': (p) => (p.function.name = 2n ** 32n + 1n),
  'a function whose system name is no string': (p) => (p.function.systemName = 99),
  'a function whose file is no string': (p) => (p.function.file = 99),
  'a mapping with the id 0': (p) => (p.mapping.id = 0),
  'two mappings of one id': (p) => (p.repeatMapping = true),
  'a mapping whose file is no string': (p) => (p.mapping.file = 99),
  'a mapping whose build id is no string': (p) => (p.mapping.buildId = -1),
  'a label whose key is no string': (p) => (p.sample.label = { key: 99, text: 1 }),
  'a label without a key': (p) => (p.sample.label = { key: 0, text: 1 }),
  'a label with a negative key': (p) => (p.sample.label = { key: -1, text: 1 }),
  'a label whose text is no string': (p) => (p.sample.label = { key: 1, text: 99 }),
  'a label whose unit is no string': (p) => (p.sample.label = { key: 1, text: 1, unit: 99 }),
  'a sample without values': (p) => (p.sample.values = []),
  'a sample with a value too many': (p) => (p.sample.values = [1, 2, 3]),
  'a sample with a value too few': (p) => (p.sample.values = [1]),
  'a negative value': (p) => (p.sample.values = [-1, 1]),
  'a value of 2^63': (p) => (p.sample.values = [2n ** 63n, 1]),
  'a value of 2^64 - 1': (p) => (p.sample.values = [2n ** 64n - 1n, 1]),
  'a negative time': (p) => (p.time = -1),
  'a negative duration': (p) => (p.duration = -1),
  'a negative period': (p) => (p.period = -1),
  'a first string that is not empty': (p) => (p.strings[0] = 'x'),
  'no strings': (p) => (p.omit.strings = true),
};

describe('one corruption of a valid profile', () => {
  test.each(Object.entries(CORRUPTIONS))('%s', (_name, corrupt) => {
    const profile = new PprofText();
    corrupt(profile);
    expect(() => decodePprof(profile.bytes())).toThrow(MalformedProfile);
  });

  test('the message names the field and its index', () => {
    const profile = new PprofText();
    profile.sample.locations = [1, 77];
    expect(() => decodePprof(profile.bytes())).toThrow(
      'The profile cannot be read: sample[0].location_id is 77; there is no such location.',
    );
  });
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

describe('bytes that are no protobuf', () => {
  const write = (fill: (writer: WireWriter) => void) => {
    const writer = new WireWriter();
    fill(writer);
    return writer.finish();
  };
  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('this is not pprof')],
    ['a number of 11 bytes', Uint8Array.from([0x48, ...Array<number>(10).fill(0x80), 1])],
    ['a number above 64 bits', Uint8Array.from([0x48, ...Array<number>(9).fill(0xff), 2])],
    ['the field number 0', Uint8Array.from([0x00, 1])],
    ['a group', Uint8Array.from([0x0b, 0x0c])],
    ['wire type 7', Uint8Array.from([0x0f])],
    ['a length beyond the end', Uint8Array.from([0x0a, 0x7f, 0])],
    ['a length above 2^32', Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a fixed field that is cut off', Uint8Array.from([0x79, 1, 2, 3])],
    ['a sample that is a number', write((w) => w.int64(2, 5))],
    ['a time that is text', write((w) => w.text(9, 'now'))],
  ])('%s', (_name, bytes) => {
    expect(() => decodePprof(bytes)).toThrow(MalformedProfile);
  });
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
