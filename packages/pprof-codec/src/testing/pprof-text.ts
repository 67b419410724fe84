import { WireWriter } from '@hsi/protobuf-wire';

type Int = number | bigint;

/**
 * A small valid pprof profile that is written field by field, so that a test can change one: two
 * samples of two types, two locations, two functions, a mapping. String 5 is `main`.
 */
export class PprofText {
  strings = ['', 'samples', 'count', 'cpu', 'nanoseconds', 'main', 'work', 'main.go', 'build'];
  sampleType: { type: Int; unit: Int } = { type: 1, unit: 2 };
  periodType: { type: Int; unit: Int } = { type: 3, unit: 4 };
  /** The first sample; the second one stays as it is. */
  sample: {
    locations: Int[];
    values: Int[];
    label?: { key: Int; text: Int; unit?: Int };
  } = { locations: [2, 1], values: [1, 10_000_000] };
  location: { id: Int; mapping: Int; function: Int } = { id: 1, mapping: 1, function: 1 };
  function: { id: Int; name: Int; systemName: Int; file: Int } = {
    id: 1,
    name: 5,
    systemName: 5,
    file: 7,
  };
  mapping: { id: Int; file: Int; buildId: Int } = { id: 1, file: 7, buildId: 8 };
  time: Int = 1_795_397_589_531_000_064n;
  duration: Int = 10_000_000_000n;
  period: Int = 10_000_000;
  repeatMapping = false;
  repeatSampleType = false;
  isPacked = true;
  omit: Partial<Record<'sampleType' | 'locations' | 'functions' | 'strings' | 'lines', boolean>> =
    {};

  bytes(): Uint8Array {
    const out = new WireWriter();
    if (this.omit.sampleType !== true) this.writeSampleTypes(out);
    out.message(2, (into) => this.writeSample(into));
    out.message(2, (into) => {
      this.ints(into, 1, [2]);
      this.ints(into, 2, [3, 30_000_000]);
    });
    for (let count = this.repeatMapping ? 2 : 1; count > 0; count--) {
      out.message(3, (into) => {
        into.int64(1, this.mapping.id);
        into.int64(5, this.mapping.file);
        into.int64(6, this.mapping.buildId);
      });
    }
    if (this.omit.locations !== true) {
      out.message(4, (into) => this.writeLocation(into, this.location, 42));
      out.message(4, (into) => this.writeLocation(into, { id: 2, mapping: 1, function: 2 }, 7));
    }
    if (this.omit.functions !== true) {
      out.message(5, (into) => this.writeFunction(into, this.function));
      const work = { id: 2, name: 6, systemName: 6, file: 7 };
      out.message(5, (into) => this.writeFunction(into, work));
    }
    if (this.omit.strings !== true) for (const text of this.strings) out.text(6, text);
    out.int64(9, this.time);
    out.int64(10, this.duration);
    out.message(11, (into) => {
      into.int64(1, this.periodType.type);
      into.int64(2, this.periodType.unit);
    });
    out.int64(12, this.period);
    return out.finish();
  }

  private writeSampleTypes(out: WireWriter): void {
    const cpu = this.repeatSampleType ? this.sampleType : { type: 3, unit: 4 };
    for (const { type, unit } of [this.sampleType, cpu]) {
      out.message(1, (into) => {
        into.int64(1, type);
        into.int64(2, unit);
      });
    }
  }

  private writeSample(into: WireWriter): void {
    this.ints(into, 1, this.sample.locations);
    this.ints(into, 2, this.sample.values);
    const { label } = this.sample;
    if (label === undefined) return;
    into.message(3, (inner) => {
      inner.int64(1, label.key);
      inner.int64(2, label.text);
      inner.int64(4, label.unit ?? 0);
    });
  }

  private writeLocation(
    into: WireWriter,
    { id, mapping, function: functionId }: PprofText['location'],
    line: number,
  ): void {
    into.int64(1, id);
    into.int64(2, mapping);
    into.int64(3, 1234);
    if (this.omit.lines === true) return;
    into.message(4, (inner) => {
      inner.int64(1, functionId);
      inner.int64(2, line);
    });
  }

  private writeFunction(
    into: WireWriter,
    { id, name, systemName, file }: PprofText['function'],
  ): void {
    into.int64(1, id);
    into.int64(2, name);
    into.int64(3, systemName);
    into.int64(4, file);
  }

  private ints(into: WireWriter, field: number, values: readonly Int[]): void {
    if (this.isPacked) {
      into.packed(field, values);
      return;
    }
    for (const value of values) {
      into.varint(8 * field);
      into.varint(value);
    }
  }
}
