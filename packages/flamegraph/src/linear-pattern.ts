import { type Part, partsOf, PatternRefused, type Place, type Repeated } from './pattern-parts.ts';

/** States that counted repetitions may unroll to. */
const MOST_STATES = 5_000;
/** Sets of states that are remembered; then all are forgotten. */
const MOST_SETS = 4_000;
/** Steps of making sets, for all names together. */
const MOST_WORK = 5_000_000;
/** What it takes to hold a character against an atom, in such steps. */
const ATOM_WORK = 10;

/**
 * A test whose time grows with the length of the texts only, whatever the regular expression: it
 * follows all of its paths at once, as an automaton. The browser's matcher tries one path after the
 * other, may have more of them than there is time, and cannot be stopped. Throws `PatternRefused`, also
 * from the test: an automaton can have more sets of states than there is time to make.
 */
export function linearPattern(source: string, flags: string): (text: string) => boolean {
  const { part, atoms } = partsOf(source, flags);
  const automaton = new Automaton(new States(part).all, atoms, flags);
  return (text) => automaton.matches(text);
}

/** Takes a character, asks where it is, or only goes on. */
interface State {
  readonly atom?: number;
  readonly place?: Place;
  readonly next: number[];
}

/** The states of a pattern: it begins in the first, and has matched in the last. */
class States {
  readonly all: State[] = [];

  constructor(pattern: Part) {
    this.write(pattern);
    this.add({ next: [] });
  }

  private add(state: State): State {
    if (this.all.length >= MOST_STATES) {
      throw new PatternRefused('The pattern repeats too much: use smaller numbers in {}.');
    }
    this.all.push(state);
    return state;
  }

  /** Where the state that is added next will be. */
  private get here(): number {
    return this.all.length;
  }

  /** A state that goes on to the one after it. */
  private onward(state: Omit<State, 'next'> = {}): State {
    return this.add({ ...state, next: [this.here + 1] });
  }

  /** Every part begins in the state that is added next, and ends before the one after. */
  private write(part: Part): void {
    if ('sequence' in part) for (const one of part.sequence) this.write(one);
    else if ('either' in part) this.writeEither(part.either);
    else if ('repeated' in part) this.writeRepeated(part);
    else this.onward(part);
  }

  private writeEither(parts: readonly Part[]): void {
    const fork = this.add({ next: [] });
    const ends = parts.map((part) => {
      fork.next.push(this.here);
      this.write(part);
      return this.add({ next: [] });
    });
    for (const end of ends) end.next.push(this.here);
  }

  private writeRepeated({ repeated, least, most }: Repeated): void {
    for (let copy = 0; copy < least; copy++) {
      // Also for what is empty, so that copies of copies of nothing come to an end.
      this.onward();
      this.write(repeated);
    }
    const forks: State[] = [];
    const copies = most === Infinity ? 1 : most - least;
    for (let copy = 0; copy < copies; copy++) {
      const at = this.here;
      forks.push(this.onward());
      this.write(repeated);
      if (most === Infinity) this.add({ next: [at] });
    }
    for (const fork of forks) fork.next.push(this.here);
  }
}

/** What is beside a place: no character, one of a word, the end of a line, another. */
type Beside = 'edge' | 'word' | 'line' | 'other';

/** Characters that the pattern cannot tell apart. */
interface CharacterClass {
  readonly index: number;
  readonly takenBy: readonly boolean[];
  readonly is: Beside;
}

/** The states that the pattern can be in after some characters. */
interface StateSet {
  readonly states: readonly number[];
  readonly before: Beside;
  /** By class of the next character: what comes of it. */
  readonly next: (StateSet | typeof MATCHED)[];
}

const MATCHED = 'matched';
const END: CharacterClass = { index: 0, takenBy: [], is: 'edge' };

class Automaton {
  private readonly classes = new Map<string, CharacterClass>();
  private readonly classOf: (CharacterClass | undefined)[] = [];
  private readonly asksPlaces: boolean;
  private readonly isWord: RegExp;
  private sets = new Map<string, StateSet>();
  private first: StateSet;
  private readonly reached: Int32Array;
  private round = 0;
  private work = 0;

  constructor(
    private readonly states: readonly State[],
    private readonly atoms: readonly RegExp[],
    private readonly flags: string,
  ) {
    this.asksPlaces = states.some(({ place }) => place !== undefined);
    this.isWord = new RegExp('\\w', flags);
    this.reached = new Int32Array(states.length);
    this.first = this.setOf([], 'edge');
  }

  matches(text: string): boolean {
    const byPoint = this.flags.includes('u');
    let set = this.first;
    for (let at = 0; at < text.length; at++) {
      const code = byPoint ? text.codePointAt(at)! : text.charCodeAt(at);
      if (code > 0xffff) at++;
      const character = this.classOf[code] ?? this.classify(code);
      const next = set.next[character.index] ?? this.step(set, character);
      if (next === MATCHED) return true;
      set = next;
    }
    return (set.next[END.index] ?? this.step(set, END)) === MATCHED;
  }

  /** Follows every state over a character; a match may begin before any. */
  private step(set: StateSet, character: CharacterClass): StateSet | typeof MATCHED {
    const { states, reached } = this;
    const round = ++this.round;
    const taken: number[] = [];
    const open = [0, ...set.states];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (reached[at] === round) continue;
      reached[at] = round;
      this.spend(1);
      if (at === states.length - 1) return (set.next[character.index] = MATCHED);
      const { atom, place, next } = states[at]!;
      if (atom !== undefined) {
        if (character.takenBy[atom]) taken.push(...next);
      } else if (place === undefined || this.isAt(place, set.before, character.is)) {
        open.push(...next);
      }
    }
    return (set.next[character.index] = this.setOf(taken, this.asksPlaces ? character.is : 'edge'));
  }

  private setOf(states: number[], before: Beside): StateSet {
    states.sort((one, other) => one - other);
    this.spend(states.length);
    const key = `${before} ${states.join()}`;
    const known = this.sets.get(key);
    if (known !== undefined) return known;
    const made = { states, before, next: [] };
    if (this.sets.size >= MOST_SETS) {
      this.sets = new Map();
      this.first = this.setOf([], 'edge');
    }
    this.sets.set(key, made);
    return made;
  }

  private isAt(place: Place, before: Beside, after: Beside): boolean {
    const byLine = this.flags.includes('m');
    if (place === 'start') return before === 'edge' || (byLine && before === 'line');
    if (place === 'end') return after === 'edge' || (byLine && after === 'line');
    return ((before === 'word') !== (after === 'word')) === (place === 'word edge');
  }

  private classify(code: number): CharacterClass {
    this.spend(ATOM_WORK * (1 + this.atoms.length));
    const character = String.fromCodePoint(code);
    const takenBy = this.atoms.map((atom) => atom.test(character));
    const is = this.besideOf(character);
    const key = `${is} ${takenBy.map(Number).join('')}`;
    let made = this.classes.get(key);
    if (made === undefined) {
      made = { index: this.classes.size + 1, takenBy, is };
      this.classes.set(key, made);
    }
    this.classOf[code] = made;
    return made;
  }

  private besideOf(character: string): Beside {
    if (!this.asksPlaces) return 'other';
    if (this.isWord.test(character)) return 'word';
    return /[\n\r\u2028\u2029]/.test(character) ? 'line' : 'other';
  }

  private spend(steps: number): void {
    this.work += steps;
    if (this.work > MOST_WORK) {
      throw new PatternRefused(
        'The pattern has too many ways to match: use fewer repetitions and alternatives.',
      );
    }
  }
}
