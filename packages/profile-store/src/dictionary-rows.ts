import { type ProfileTables } from '@hsi/profile-model';
import { type Column, Int32Column, TextColumn } from './columns.ts';
import { Dictionary, type StackId } from './dictionary.ts';
import { DamagedFile } from './errors.ts';
import { type TableName } from './schema.ts';
import { type Stretch } from './stretch.ts';

/** How much of a dictionary there is: of everything, what has a lower id. */
export interface DictionaryExtent {
  readonly strings: number;
  readonly frames: number;
  readonly stacks: number;
}

export function extentOf(dictionary: Dictionary): DictionaryExtent {
  return {
    strings: dictionary.strings.length,
    frames: dictionary.frameCount,
    stacks: dictionary.stackCount,
  };
}

/** Reads the dictionary of a file. @throws DamagedFile, also when an entry would not get the id it was stored under */
export async function readDictionary(stretch: Stretch): Promise<Dictionary> {
  const { catalog } = stretch;
  const dictionary = new Dictionary();
  const expect = (kind: TableName, stored: number, id: number) => {
    if (stored === id) return;
    const cause = new Error(`in its dictionary ${kind} ${stored} stands where ${id} belongs`);
    throw new DamagedFile(stretch.name, { cause });
  };
  const strings = await stretch.read(`SELECT id, text FROM ${catalog}.string ORDER BY id`);
  for (let count = strings.next(); count > 0; count = strings.next()) {
    const [ids, texts] = [strings.int32(0), strings.text(1)];
    for (let row = 0; row < count; row++) {
      expect('string', ids[row]!, dictionary.restore(texts[row]!));
    }
  }
  const frames = await stretch.read(
    `SELECT id, name, file, start_line, line FROM ${catalog}.frame ORDER BY id`,
  );
  for (let count = frames.next(); count > 0; count = frames.next()) {
    const [id, name, file, startLine, line] = [0, 1, 2, 3, 4].map((at) => frames.int32(at));
    for (let row = 0; row < count; row++) {
      const made = dictionary.frame(name![row]!, file![row]!, startLine![row]!, line![row]!);
      expect('frame', id![row]!, made);
    }
  }
  const stacks = await stretch.read(`SELECT id, parent, frame FROM ${catalog}.stack ORDER BY id`);
  for (let count = stacks.next(); count > 0; count = stacks.next()) {
    const [id, parent, frame] = [stacks.int32(0), stacks.int32(1), stacks.int32(2)];
    for (let row = 0; row < count; row++) {
      expect('stack', id[row]!, dictionary.stack(parent[row]!, frame[row]!));
    }
  }
  return dictionary;
}

/** The rows of what is in a dictionary from one extent up to another. */
export function dictionaryRows(
  dictionary: Dictionary,
  from: DictionaryExtent,
  to: DictionaryExtent,
): [TableName, readonly Column[]][] {
  const string = [new Int32Column(), new TextColumn()] as const;
  for (let id = from.strings; id < to.strings; id++) {
    string[0].push(id);
    string[1].push(dictionary.strings[id]!);
  }
  const frame = [0, 1, 2, 3, 4].map(() => new Int32Column());
  for (let id = from.frames; id < to.frames; id++) {
    frame[0]!.push(id);
    frame[1]!.push(dictionary.frameName.data[id]!);
    frame[2]!.push(dictionary.frameFile.data[id]!);
    frame[3]!.push(dictionary.frameStartLine.data[id]!);
    frame[4]!.push(dictionary.frameLine.data[id]!);
  }
  const stack = [0, 1, 2].map(() => new Int32Column());
  for (let id = from.stacks; id < to.stacks; id++) {
    stack[0]!.push(id);
    stack[1]!.push(dictionary.stackParent.data[id]!);
    stack[2]!.push(dictionary.stackFrame.data[id]!);
  }
  return [
    ['string', string],
    ['frame', frame],
    ['stack', stack],
  ];
}

/** Stack traces of the sample before, by depth; kept because every push needs it. */
let path = new Int32Array(256);

/** Enters the stack traces of a profile into a dictionary: sample -> stack trace. */
export function internStacks(dictionary: Dictionary, tables: ProfileTables): Int32Array {
  const { frames, samples, strings } = tables;
  const { stackFrames, stackStart } = samples;
  const stringIds = new Int32Array(strings.length).fill(-1);
  const string = (index: number) => {
    if (stringIds[index]! < 0) stringIds[index] = dictionary.string(strings[index]!);
    return stringIds[index]!;
  };
  const frameIds = new Int32Array(frames.name.length).fill(-1);
  const stacks = new Int32Array(samples.count);
  let [before, beforeLength] = [0, 0];
  for (let sample = 0; sample < samples.count; sample++) {
    const start = stackStart[sample]!;
    const length = stackStart[sample + 1]! - start;
    if (length > path.length) path = new Int32Array(2 * length);
    // Most samples begin as the one before, which needs no looking up.
    let depth = 0;
    const shared = Math.min(length, beforeLength);
    while (depth < shared && stackFrames[start + depth] === stackFrames[before + depth]) depth++;
    let stack: StackId = depth === 0 ? 0 : path[depth - 1]!;
    for (; depth < length; depth++) {
      const frame = stackFrames[start + depth]!;
      if (frameIds[frame]! < 0) {
        frameIds[frame] = dictionary.frame(
          string(frames.name[frame]!),
          string(frames.file[frame]!),
          frames.startLine[frame]!,
          frames.line[frame]!,
        );
      }
      stack = dictionary.stack(stack, frameIds[frame]!);
      path[depth] = stack;
    }
    stacks[sample] = stack;
    [before, beforeLength] = [start, length];
  }
  return stacks;
}
