import { type FrameTable } from '@hsi/profile-model';
import { IdIndex } from './id-index.ts';
import { atMost, type Extents, MAX_ENTRIES, type Sections } from './sections.ts';
import { type WireReader } from './wire-reader.ts';

/** Go writes `name[go.shape.int].method`; which instance it was is arbitrary, so it is cut. */
const GO_TYPE_PARAMETERS = '[go.shape.';

/** Reads mappings, functions and locations, which make the frames that samples refer to. */
export class FrameReader {
  private functionIds = new IdIndex(0);
  private functionName: Int32Array = new Int32Array(0);
  private functionFile: Int32Array = new Int32Array(0);
  private functionStart: Int32Array = new Int32Array(0);
  /** Location id -> index into `locationFirst`; frames of a location are leaf first, as written. */
  locationIds = new IdIndex(0);
  locationFirst: Int32Array = new Int32Array(0);
  private readonly frameName: number[] = [];
  private readonly frameFile: number[] = [];
  private readonly frameStart: number[] = [];
  private readonly frameLine: number[] = [];

  constructor(private readonly sections: Sections) {}

  /** @throws MalformedProfile */
  read(mappings: Extents, functions: Extents, locations: Extents): void {
    const mappingIds = this.readMappings(mappings);
    this.readFunctions(functions);
    this.readLocations(locations, mappingIds);
  }

  table(): FrameTable {
    return {
      name: new Int32Array(this.frameName),
      file: new Int32Array(this.frameFile),
      startLine: new Int32Array(this.frameStart),
      line: new Int32Array(this.frameLine),
    };
  }

  private readMappings(mappings: Extents): Set<number> {
    const ids = new Set<number>();
    for (let index = 0; index < mappings.length / 2; index++) {
      const reader = this.sections.enter('mapping', mappings, index);
      let id = 0;
      while (reader.next()) {
        if (reader.field === 1) {
          reader.number();
          id = this.sections.identifier('id');
        } else if (reader.field === 5) this.sections.stringIndex('filename');
        else if (reader.field === 6) this.sections.stringIndex('build_id');
        else reader.skip();
      }
      if (id === 0) throw this.sections.bad('id', 'is 0');
      if (ids.has(id)) throw this.sections.bad('id', `is ${id}, which another mapping has`);
      ids.add(id);
    }
    return ids;
  }

  private readFunctions(functions: Extents): void {
    const count = functions.length / 2;
    this.functionIds = new IdIndex(count);
    this.functionName = new Int32Array(count);
    this.functionFile = new Int32Array(count);
    this.functionStart = new Int32Array(count);
    const names = new Set<number>();
    for (let index = 0; index < count; index++) {
      const reader = this.sections.enter('function', functions, index);
      let id = 0;
      while (reader.next()) {
        switch (reader.field) {
          case 1:
            reader.number();
            id = this.sections.identifier('id');
            break;
          case 2:
            this.functionName[index] = this.sections.stringIndex('name');
            break;
          case 3:
            this.sections.stringIndex('system_name');
            break;
          case 4:
            this.functionFile[index] = this.sections.stringIndex('filename');
            break;
          case 5:
            reader.number();
            this.functionStart[index] = lineNumber(reader);
            break;
          default:
            reader.skip();
        }
      }
      if (id === 0) throw this.sections.bad('id', 'is 0');
      if (!this.functionIds.add(id, index)) {
        throw this.sections.bad('id', `is ${id}, which another function has`);
      }
      names.add(this.functionName[index]!);
    }
    for (const name of names) this.cutTypeParameters(name);
  }

  private cutTypeParameters(name: number): void {
    const text = this.sections.strings[name]!;
    const start = text.indexOf(GO_TYPE_PARAMETERS);
    if (start < 0) return;
    const end = text.lastIndexOf(']');
    if (end > start) this.sections.strings[name] = text.slice(0, start) + text.slice(end + 1);
  }

  private readLocations(locations: Extents, mappingIds: ReadonlySet<number>): void {
    const count = locations.length / 2;
    this.locationIds = new IdIndex(count);
    this.locationFirst = new Int32Array(count + 1);
    for (let index = 0; index < count; index++) {
      const reader = this.sections.enter('location', locations, index);
      let id = 0;
      let address = 0n;
      while (reader.next()) {
        if (reader.field === 1) {
          reader.number();
          id = this.sections.identifier('id');
        } else if (reader.field === 2) {
          reader.number();
          const mapping = reader.unsigned();
          if (mapping !== 0 && !mappingIds.has(mapping)) {
            throw this.sections.bad('mapping_id', `is ${mapping}; there is no such mapping`);
          }
        } else if (reader.field === 3) {
          reader.number();
          address = BigInt.asUintN(64, reader.signed());
        } else if (reader.field === 4) this.readLine();
        else reader.skip();
      }
      if (id === 0) throw this.sections.bad('id', 'is 0');
      if (!this.locationIds.add(id, index)) {
        throw this.sections.bad('id', `is ${id}, which another location has`);
      }
      if (this.frameName.length === this.locationFirst[index]!) this.addAddress(address);
      this.locationFirst[index + 1] = this.frameName.length;
    }
  }

  /** Reads one line of a location. A frame of an inlined call comes before its caller. */
  private readLine(): void {
    const { reader } = this.sections;
    const outer = reader.end;
    reader.end = reader.bytesEnd();
    let functionId = 0;
    let line = 0;
    while (reader.next()) {
      if (reader.field === 1) {
        reader.number();
        functionId = this.sections.identifier('line.function_id');
      } else if (reader.field === 2) {
        reader.number();
        line = lineNumber(reader);
      } else reader.skip();
    }
    reader.position = reader.end;
    reader.end = outer;
    const index = this.functionIds.indexOf(functionId);
    if (index < 0) {
      throw this.sections.bad('line.function_id', `is ${functionId}; there is no such function`);
    }
    atMost(MAX_ENTRIES, this.frameName.length + 1, 'location.line');
    this.frameName.push(this.functionName[index]!);
    this.frameFile.push(this.functionFile[index]!);
    this.frameStart.push(this.functionStart[index]!);
    this.frameLine.push(line);
  }

  /** A location without lines is known by its address alone. */
  private addAddress(address: bigint): void {
    this.frameName.push(this.sections.strings.push(`0x${address.toString(16)}`) - 1);
    this.frameFile.push(0);
    this.frameStart.push(0);
    this.frameLine.push(0);
  }
}

/** Line numbers that no file has (negative, above 2^31) become 0, unknown. */
function lineNumber(reader: WireReader): number {
  return reader.high === 0 && reader.low > 0 ? reader.low : 0;
}
