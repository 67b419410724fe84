import {
  Function as PprofFunction,
  Label,
  Location as PprofLocation,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import { frameName } from './frame-name.ts';
import { readRows, settleIdle } from './sampled-rows.ts';

/** CPU time of the thread between two samples that both found it idle: no sample saw its stack. */
export const BETWEEN_SAMPLES = 'CPU time between samples';
const RUNTIME = 'Node.js';

type Unit = 'nanoseconds' | 'bytes' | 'count';
interface Measure {
  readonly type: string;
  readonly unit: Unit;
}

/** Where a value of a result comes from: sample type of the input -> sample type of the result. */
interface Column extends Measure {
  readonly from: string;
}

/** One pprof of one profile type family, as Go and Python send it. */
interface Recipe {
  readonly columns: readonly Column[];
  readonly period: Measure;
}

const CPU: Recipe = {
  columns: [{ from: 'cpu', type: 'cpu', unit: 'nanoseconds' }],
  period: { type: 'cpu', unit: 'nanoseconds' },
};
const WALL: Recipe = {
  columns: [{ from: 'wall', type: 'wall', unit: 'nanoseconds' }],
  period: { type: 'wall', unit: 'nanoseconds' },
};
const MEMORY: Recipe = {
  columns: [
    { from: 'objects', type: 'inuse_objects', unit: 'count' },
    { from: 'space', type: 'inuse_space', unit: 'bytes' },
  ],
  period: { type: 'space', unit: 'bytes' },
};

export interface ProfileTimes {
  /** Unix milliseconds. */
  readonly from: number;
  readonly to: number;
}

/** `process_cpu:cpu:nanoseconds:cpu:nanoseconds` from the sampler's stacks. */
export function cpuProfile(sampled: Profile, times: ProfileTimes, root: string): Profile {
  return uniform(sampled, CPU, times, root);
}

/** `wall:wall:nanoseconds:wall:nanoseconds` from the sampler's stacks. */
export function wallProfile(sampled: Profile, times: ProfileTimes, root: string): Profile {
  return uniform(sampled, WALL, times, root);
}

/** `memory:inuse_objects|inuse_space:...:space:bytes` from the sampler's live heap. */
export function memoryProfile(sampled: Profile, at: number, root: string): Profile {
  return uniform(sampled, MEMORY, { from: at, to: at }, root);
}

/**
 * Writes a sampler's profile anew with the sample types and the period type of a recipe. Samples
 * with equal stacks and labels are added up; samples and functions without a value are left out.
 */
function uniform(sampled: Profile, recipe: Recipe, times: ProfileTimes, root: string): Profile {
  const writer = new ProfileWriter(sampled, root);
  const types = recipe.columns.map(({ from }) => from);
  const rows = readRows(sampled, types);
  const settled = recipe === CPU ? settleIdle(rows, Number(sampled.period)) : rows;
  for (const { stack, labels, values, idle } of settled) {
    if (values.every((value) => value <= 0)) continue;
    if (!idle) writer.add(stack, labels, values);
    else if (recipe === CPU) writer.addPath([RUNTIME, BETWEEN_SAMPLES], values);
  }
  return writer.finish(recipe, times);
}

class ProfileWriter {
  private readonly table = new StringTable();
  private readonly result = new Profile();
  private readonly samples = new Map<string, Sample>();
  private readonly locations = new Map<number | string, number>();
  private readonly functions = new Map<number | string, number>();
  private readonly input: readonly string[];

  constructor(
    private readonly sampled: Profile,
    private readonly root: string,
  ) {
    this.input = sampled.stringTable.strings;
  }

  /** @param stack locations of the input, leaf first */
  add(stack: readonly number[], labels: readonly Label[], values: readonly number[]): void {
    this.addSample(
      stack.map((id) => this.location(id)),
      labels.map((label) => this.label(label)),
      values,
    );
  }

  /** @param path frames without a file, root first */
  addPath(path: readonly string[], values: readonly number[]): void {
    this.addSample(path.map((name) => this.runtimeLocation(name)).reverse(), [], values);
  }

  finish(recipe: Recipe, times: ProfileTimes): Profile {
    const { result } = this;
    result.sampleType = recipe.columns.map((column) => this.valueType(column));
    result.periodType = this.valueType(recipe.period);
    result.period = this.sampled.period;
    result.timeNanos = BigInt(Math.round(times.from)) * 1_000_000n;
    result.durationNanos = BigInt(Math.round(times.to - times.from)) * 1_000_000n;
    result.sample = [...this.samples.values()];
    result.stringTable = this.table;
    return result;
  }

  private addSample(locationId: number[], label: Label[], values: readonly number[]): void {
    const key = `${locationId.join()}|${label.map(({ key, str, num }) => `${key}=${str}/${num}`).join()}`;
    const known = this.samples.get(key);
    if (known === undefined) {
      this.samples.set(key, new Sample({ locationId, label, value: [...values] }));
    } else {
      known.value = known.value.map((value, index) => Number(value) + (values[index] ?? 0));
    }
  }

  private label(label: Label): Label {
    return new Label({
      key: this.text(label.key),
      ...(Number(label.str) === 0 ? { num: label.num } : { str: this.text(label.str) }),
    });
  }

  private location(id: number): number {
    const known = this.locations.get(id);
    if (known !== undefined) return known;
    const lines = this.sampled.location[id - 1]?.line ?? [];
    return this.addLocation(
      id,
      lines.map(({ functionId, line }) => ({
        functionId: this.functionOf(Number(functionId), Number(line)),
        line,
      })),
    );
  }

  private runtimeLocation(name: string): number {
    const known = this.locations.get(name);
    if (known !== undefined) return known;
    const functionId = this.addFunction(name, { name: this.table.dedup(name) });
    return this.addLocation(name, [{ functionId }]);
  }

  private functionOf(id: number, line: number): number {
    const known = this.functions.get(id);
    if (known !== undefined) return known;
    const fn = this.sampled.function[id - 1];
    const file = this.input[Number(fn?.filename ?? 0)] ?? '';
    const name = this.input[Number(fn?.name ?? 0)] ?? '';
    return this.addFunction(id, {
      name: this.table.dedup(frameName(name, file, line, this.root)),
      filename: this.table.dedup(file),
      startLine: line,
    });
  }

  private addLocation(
    key: number | string,
    line: { functionId: number; line?: number | bigint }[],
  ): number {
    const id = this.result.location.length + 1;
    this.result.location.push(new PprofLocation({ id, line }));
    this.locations.set(key, id);
    return id;
  }

  private addFunction(
    key: number | string,
    fn: { name: number; filename?: number; startLine?: number },
  ): number {
    const id = this.result.function.length + 1;
    this.result.function.push(new PprofFunction({ id, systemName: fn.name, ...fn }));
    this.functions.set(key, id);
    return id;
  }

  private text(index: number | bigint): number {
    return this.table.dedup(this.input[Number(index)] ?? '');
  }

  private valueType({ type, unit }: Measure): ValueType {
    return new ValueType({ type: this.table.dedup(type), unit: this.table.dedup(unit) });
  }
}
