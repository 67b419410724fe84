/** A pattern that cannot be matched in linear time, or is too much work; the message is for the reader. */
export class PatternRefused extends Error {}

/** Where a pattern may ask to be, without taking a character. */
export type Place = 'start' | 'end' | 'word edge' | 'no word edge';

/** What a pattern is made of. An atom is what one character is held against, by its number. */
export type Part =
  | { readonly atom: number }
  | { readonly place: Place }
  | { readonly sequence: readonly Part[] }
  | { readonly either: readonly Part[] }
  | Repeated;

export interface Repeated {
  readonly repeated: Part;
  readonly least: number;
  readonly most: number;
}

const PLACES: Readonly<Record<string, Place>> = {
  '^': 'start',
  $: 'end',
  '\\b': 'word edge',
  '\\B': 'no word edge',
};
const PLACE = /[$^]|\\[bB]/y;
const GROUP = /\((?:\?:|\?<(?![=!])[^>]*>|(?!\?))/y;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/y;
/** Looking around, referring back, switches in a group; also `\01` and a bare `\c`, which nobody means. */
const NOT_HERE = /\(\?|\\(?:[1-9k]|0\d|c(?![a-zA-Z]))/y;
const ATOM = /\[(?:\\.|[^\]\\])*\]|\\(?:u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|.)|./sy;
const UNICODE_ATOM =
  /\[(?:\\.|[^\]\\])*\]|\\(?:u\{[\da-fA-F]+\}|u[dD][89abAB]..\\u[dD][c-fC-F]..|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[a-zA-Z]|[pP]\{[^}]*\}|.)|./suy;

/**
 * The parts of a regular expression that the browser has compiled already, so nothing is malformed.
 * What an atom means (classes, escapes, case) is left to the browser: each becomes a pattern of one
 * character.
 */
export function partsOf(source: string, flags: string): { part: Part; atoms: readonly RegExp[] } {
  const { part, atoms } = new Parser(source, flags.includes('u') ? UNICODE_ATOM : ATOM).parse();
  const own = flags.replace('m', '');
  return { part, atoms: atoms.map((atom) => new RegExp(`^(?:${atom})$`, own)) };
}

class Parser {
  private at = 0;
  private readonly atoms: string[] = [];

  constructor(
    private readonly source: string,
    private readonly atom: RegExp,
  ) {}

  parse(): { part: Part; atoms: readonly string[] } {
    return { part: this.either(), atoms: this.atoms };
  }

  private either(): Part {
    const parts = [this.sequence()];
    while (this.take(/\|/y)) parts.push(this.sequence());
    return parts.length === 1 ? parts[0]! : { either: parts };
  }

  private sequence(): Part {
    const parts: Part[] = [];
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at]!)) {
      parts.push(this.quantified());
    }
    return { sequence: parts };
  }

  private quantified(): Part {
    const repeated = this.single();
    const quantifier = this.take(QUANTIFIER);
    if (quantifier === null) return repeated;
    const [text, number, comma, most] = quantifier;
    if (text.startsWith('*')) return { repeated, least: 0, most: Infinity };
    if (text.startsWith('+')) return { repeated, least: 1, most: Infinity };
    if (text.startsWith('?')) return { repeated, least: 0, most: 1 };
    const least = Number(number);
    if (comma === '') return { repeated, least, most: least };
    return { repeated, least, most: most === '' ? Infinity : Number(most) };
  }

  private single(): Part {
    if (this.take(GROUP)) {
      const inner = this.either();
      this.take(/\)/y);
      return inner;
    }
    const place = this.take(PLACE);
    if (place !== null) return { place: PLACES[place[0]]! };
    if (this.take(NOT_HERE)) {
      throw new PatternRefused(
        'A pattern that looks ahead, behind or back and repeats can run for ever: write it without one of the two.',
      );
    }
    const [atom] = this.take(this.atom)!;
    const known = this.atoms.indexOf(atom);
    return { atom: known >= 0 ? known : this.atoms.push(atom) - 1 };
  }

  private take(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.at;
    const taken = what.exec(this.source);
    if (taken !== null) this.at = what.lastIndex;
    return taken;
  }
}
