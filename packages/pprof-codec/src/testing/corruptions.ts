import { WireWriter } from '@hsi/protobuf-wire';
import { PprofText } from './pprof-text.ts';

/** One named corruption of a valid profile each. */
const CORRUPTIONS: Record<string, (profile: PprofText) => unknown> = {
  'a sample type whose type is no string': (p) => (p.sampleType.type = 99),
  'a sample type whose unit is no string': (p) => (p.sampleType.unit = 99),
  'a sample type with a negative index': (p) => (p.sampleType.type = -1),
  'a sample type without a name': (p) => (p.sampleType.type = 0),
  'a sample type with a colon': (p) => (p.strings[1] = 'alloc:space'),
  'a sample type whose unit has a colon': (p) => (p.strings[2] = 'a:b'),
  'no sample types': (p) => (p.omit.sampleType = true),
  'a sample type twice': (p) => (p.repeatSampleType = true),
  'a period type whose unit is no string': (p) => (p.periodType.unit = 99),
  'a period type with a negative index': (p) => (p.periodType.type = -1),
  'a period type whose unit has a colon': (p) => (p.periodType.unit = p.strings.push('a:b') - 1),
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
  'a time of 2^63': (p) => (p.time = 2n ** 63n),
  'a time after the year 2200': (p) => (p.time = 2n ** 63n - 1n),
  'a negative duration': (p) => (p.duration = -1),
  'a period of 2^63': (p) => (p.period = 2n ** 63n),
  'a negative period': (p) => (p.period = -1),
  'a first string that is not empty': (p) => (p.strings[0] = 'x'),
  'no strings': (p) => (p.omit.strings = true),
  'strings of which the first and empty one is absent': (p) => p.strings.shift(),
};

const write = (fill: (writer: WireWriter) => void) => {
  const writer = new WireWriter();
  fill(writer);
  return writer.finish();
};

/** A valid profile and then bytes that protobuf does not have. */
const followed = (...bytes: number[]) => Uint8Array.from([...new PprofText().bytes(), ...bytes]);

const NO_PROTOBUF: Record<string, Uint8Array> = {
  nothing: new Uint8Array(),
  text: new TextEncoder().encode('this is not pprof'),
  'a number of 11 bytes': Uint8Array.from([0x48, ...Array<number>(10).fill(0x80), 1]),
  'a number above 64 bits': Uint8Array.from([0x48, ...Array<number>(9).fill(0xff), 2]),
  'the field number 0': Uint8Array.from([0x00, 1]),
  'a group': Uint8Array.from([0x0b, 0x0c]),
  'wire type 7': Uint8Array.from([0x0f]),
  'a length beyond the end': Uint8Array.from([0x0a, 0x7f, 0]),
  'a length above 2^32': Uint8Array.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
  'a fixed field that is cut off': Uint8Array.from([0x79, 1, 2, 3]),
  'a sample that is a number': write((w) => w.int64(2, 5)),
  'a time that is text': write((w) => w.text(9, 'now')),
  'a group after the profile': followed(0x0b, 0x0c),
  'the end of a group that never began': followed(0x0c),
  'wire type 6': followed(0x0e),
  'half a tag': followed(0x80),
  'a tag of more than 5 bytes': followed(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
  'a sample that is cut off': followed(0x12, 5, 0x0a),
  'a packed field that goes beyond its sample': followed(0x12, 3, 0x12, 5, 1),
  'a number of 11 bytes among the values': followed(
    ...[0x12, 13, 0x12, 11],
    ...Array<number>(10).fill(0x80),
    1,
  ),
};

/** Bodies that are no profile, each for one named reason; every server refuses them. */
export const CORRUPT_PROFILES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ...Object.entries(CORRUPTIONS).map(([name, corrupt]) => {
    const profile = new PprofText();
    corrupt(profile);
    return [name, profile.bytes()] as const;
  }),
  ...Object.entries(NO_PROTOBUF),
];
