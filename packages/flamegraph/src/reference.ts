import { type NodeIndex } from '@hsi/profile-model';
import { type FlameView } from './flame-view.ts';

/*
 * Names and stack traces stand in addresses, which servers and chat programs cut when they are
 * long. A C++ template's name has thousands of characters and recursion a thousand frames: such a
 * name is written as its beginning and a hash, such a stack trace as its depth and a hash.
 */

/** Characters from which a name is written as a reference. */
const LONG_NAME = 200;
/** Characters of a long name that its reference begins with, so that a person recognises it. */
const BEGINNING = 60;
/** Characters in an address from which a stack trace is written as a reference. */
const LONG_STACK = 2_000;
const CONTROL = /[\u0000-\u001f\u007f]/g;
const STACK_REFERENCE = /^…(\d+)#([0-9a-z]+)$/;

/** What stands for a name in an address: the name itself, unless it is long or empty. */
export function nameReference(name: string): string {
  const isPlain = name !== '' && name.search(CONTROL) < 0;
  if (isPlain && name.length <= LONG_NAME) return name;
  // A pair of surrogates is not cut in two.
  const beginning = name.slice(0, BEGINNING).replace(/[\ud800-\udbff]$/, '');
  const hash = new Hash();
  hash.add(hashesOf(name));
  return `${beginning.replace(CONTROL, ' ')}…#${hash.text()}`;
}

/** True when a reference stands for this name. */
export function isNamed(name: string, reference: string): boolean {
  return name === reference || (reference.includes('…#') && nameReference(name) === reference);
}

/** What stands for a stack trace in an address: references to its frames, or one to all of it. */
export function stackReference(stack: readonly string[]): string[] {
  const frames = stack.map(nameReference);
  const address = new URLSearchParams(frames.map((frame) => ['focus', frame] as [string, string]));
  if (address.toString().length <= LONG_STACK) return frames;
  const hash = new Hash();
  for (const name of stack) hash.add(hashesOf(name));
  return [`…${stack.length}#${hash.text()}`];
}

/** The node whose stack trace a reference stands for; undefined for frames, or when there is none. */
export function findStackReference(
  view: FlameView,
  stack: readonly string[],
): NodeIndex | undefined {
  const [, depth, wanted] = STACK_REFERENCE.exec(stack.length === 1 ? stack[0]! : '') ?? [];
  if (depth === undefined) return undefined;
  const { name, names, parent, row } = view;
  const hashOfName: (Hashes | undefined)[] = [];
  const hashes: Hash[] = [new Hash()];
  for (let node = 1; node < name.length; node++) {
    const hash = hashes[parent[node]!]!.copy();
    hashes.push(hash);
    const index = name[node]!;
    hash.add((hashOfName[index] ??= hashesOf(names[index]!)));
    if (row[node] === Number(depth) && hash.text() === wanted) return node;
  }
  return undefined;
}

type Hashes = readonly [number, number];

/** Two FNV-1a hashes of a text: one has too few bits to tell the stack traces of a profile apart. */
function hashesOf(text: string): Hashes {
  let [one, two] = [0x811c9dc5, 0x9e3779b9];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
  }
  return [one, two];
}

/** The hash of names in order. */
class Hash {
  constructor(
    private one = 0x811c9dc5,
    private two = 0x9e3779b9,
  ) {}

  add([one, two]: Hashes): void {
    this.one = Math.imul(this.one ^ one ^ (this.one >>> 15), 0x01000193);
    this.two = Math.imul(this.two ^ two ^ (this.two >>> 13), 0x85ebca6b);
  }

  copy(): Hash {
    return new Hash(this.one, this.two);
  }

  text(): string {
    return (this.one >>> 0).toString(36) + (this.two >>> 0).toString(36).padStart(7, '0');
  }
}
