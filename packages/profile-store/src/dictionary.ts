import { Int32Column } from './columns.ts';

/** Index of a text in a {@link Dictionary}; 0 is the empty text. */
export type StringId = number;
export type FrameId = number;
/** Index of a stack trace; 0 is the empty one. A stack trace's parent has a lower index. */
export type StackId = number;

/** Of one entry: the header of a text and its place in a map; columns and hash tables, half full. */
const BYTES = { string: 80, frame: 36, stack: 28 } as const;

/**
 * The texts, frames and stack traces of one stretch of time, each kept once. A stack trace is its
 * caller's stack trace and one more frame, so that traces with a common beginning share it.
 *
 * Ids count up from 0 and are never given again, so what is not yet in the file is what has an id
 * above the last saved one.
 */
export class Dictionary {
  readonly strings: string[] = [''];
  readonly frameName = new Int32Column();
  readonly frameFile = new Int32Column();
  readonly frameStartLine = new Int32Column();
  readonly frameLine = new Int32Column();
  readonly stackParent = new Int32Column();
  readonly stackFrame = new Int32Column();

  private readonly stringIds = new Map<string, StringId>([['', 0]]);
  private readonly frameIds = new IntHashIndex((id, slot) => {
    slot[0] = this.frameName.data[id]!;
    slot[1] = this.frameFile.data[id]!;
    slot[2] = this.frameStartLine.data[id]!;
    slot[3] = this.frameLine.data[id]!;
  });
  /** Stack + 1 by the hash of its parent and frame; 0 is a free place. Every push looks up thousands. */
  private stackTable = new Int32Array(4_096);

  private textLength = 0;

  constructor() {
    this.stackParent.push(-1);
    this.stackFrame.push(-1);
  }

  get frameCount(): number {
    return this.frameName.length;
  }

  get stackCount(): number {
    return this.stackParent.length;
  }

  /** Roughly what it takes in memory. */
  get bytes(): number {
    const { strings, frameCount, stackCount } = this;
    return (
      this.textLength +
      BYTES.string * strings.length +
      BYTES.frame * frameCount +
      BYTES.stack * stackCount
    );
  }

  string(text: string): StringId {
    const found = this.stringIds.get(text);
    if (found !== undefined) return found;
    const own = ownText(text);
    // Half a surrogate pair cannot be stored: such texts differ only until they are.
    return (own === text ? undefined : this.stringIds.get(own)) ?? this.restore(own);
  }

  /** Adds a text that has its id already: the next one. */
  restore(text: string): StringId {
    const made = this.strings.push(text) - 1;
    this.textLength += text.length;
    if (!this.stringIds.has(text)) this.stringIds.set(text, made);
    return made;
  }

  frame(name: StringId, file: StringId, startLine: number, line: number): FrameId {
    const found = this.frameIds.find(name, file, startLine, line);
    if (found >= 0) return found;
    const made = this.frameName.length;
    this.frameName.push(name);
    this.frameFile.push(file);
    this.frameStartLine.push(startLine);
    this.frameLine.push(line);
    this.frameIds.add(made);
    return made;
  }

  stack(parent: StackId, frame: FrameId): StackId {
    const parents = this.stackParent.data;
    const frames = this.stackFrame.data;
    const mask = this.stackTable.length - 1;
    let at = pairHash(parent, frame) & mask;
    for (let entry = this.stackTable[at]!; entry !== 0; entry = this.stackTable[at]!) {
      if (parents[entry - 1] === parent && frames[entry - 1] === frame) return entry - 1;
      at = (at + 1) & mask;
    }
    const made = this.stackParent.length;
    this.stackParent.push(parent);
    this.stackFrame.push(frame);
    this.stackTable[at] = made + 1;
    if (2 * made > this.stackTable.length) this.growStacks();
    return made;
  }

  private growStacks(): void {
    this.stackTable = new Int32Array(2 * this.stackTable.length);
    const mask = this.stackTable.length - 1;
    for (let stack = 1; stack < this.stackCount; stack++) {
      let at = pairHash(this.stackParent.data[stack]!, this.stackFrame.data[stack]!) & mask;
      while (this.stackTable[at] !== 0) at = (at + 1) & mask;
      this.stackTable[at] = stack + 1;
    }
  }

  /** The frames of a stack trace, root first. */
  frames(stack: StackId): FrameId[] {
    const frames: FrameId[] = [];
    for (let at = stack; at > 0; at = this.stackParent.data[at]!) {
      frames.push(this.stackFrame.data[at]!);
    }
    return frames.reverse();
  }
}

/**
 * A copy that keeps nothing else alive. Texts of a decoded profile may be parts of the text of the
 * whole profile, which would stay in memory with each of them.
 */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}

function pairHash(a: number, b: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x165667b1, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 8;
}

type Slot = [number, number, number, number];

/** Finds ids by up to four numbers. Open addressing: a Map of keys would take ten times the memory. */
class IntHashIndex {
  /** Id + 1 by hash; 0 is a free place. */
  private table = new Int32Array(1_024);
  private count = 0;
  private readonly slot: Slot = [0, 0, 0, 0];

  constructor(private readonly read: (id: number, slot: Slot) => void) {}

  find(a: number, b: number, c: number, d: number): number {
    const { slot } = this;
    const mask = this.table.length - 1;
    for (let at = hash(a, b, c, d) & mask; ; at = (at + 1) & mask) {
      const id = this.table[at]! - 1;
      if (id < 0) return -1;
      this.read(id, slot);
      if (slot[0] === a && slot[1] === b && slot[2] === c && slot[3] === d) return id;
    }
  }

  add(id: number): void {
    if (2 * (this.count + 1) > this.table.length) this.grow();
    this.place(id);
    this.count++;
  }

  private place(id: number): void {
    this.read(id, this.slot);
    const [a, b, c, d] = this.slot;
    const mask = this.table.length - 1;
    let at = hash(a, b, c, d) & mask;
    while (this.table[at] !== 0) at = (at + 1) & mask;
    this.table[at] = id + 1;
  }

  private grow(): void {
    const old = this.table;
    this.table = new Int32Array(2 * old.length);
    for (const entry of old) if (entry !== 0) this.place(entry - 1);
  }
}

function hash(a: number, b: number, c: number, d: number): number {
  let mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x165667b1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ Math.imul(c, 0x27d4eb2f) ^ (d << 7);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0x9e3779b1);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
