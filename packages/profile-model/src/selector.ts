import { type LabelSet } from './label-set.ts';

export const MATCHER_OPERATORS = ['=', '!=', '=~', '!~'] as const;
export type MatcherOperator = (typeof MATCHER_OPERATORS)[number];

/** One condition of a label selector. Regular expressions are anchored at both ends. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatcherOperator;
  readonly value: string;
}

/** Thrown for a selector that does not parse; `column` counts from 1. */
export class InvalidSelector extends Error {
  constructor(
    readonly selector: string,
    readonly column: number,
    reason: string,
  ) {
    super(`parsing label selector ${JSON.stringify(selector)}: 1:${column}: ${reason}`);
    this.name = 'InvalidSelector';
  }
}

const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y;
const QUOTED = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/y;
const OPERATOR = /=~|!~|!=|=/y;
const SPACE = /(?:[ \t\r\n]|#[^\n]*)*/y;
const METRIC = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;

/**
 * Parses a PromQL vector selector: `{service_name="backend",model=~"clip.*"}`. Label names may be
 * quoted (UTF-8 names); a metric name, before the braces or quoted within them, becomes a matcher
 * on `__name__`; an empty text matches everything. Regular expressions are not compiled here.
 * @throws InvalidSelector
 */
export function parseSelector(selector: string): Matcher[] {
  const reader = new Reader(selector);
  const matchers: Matcher[] = [];
  reader.skipSpace();
  if (reader.atEnd) return matchers;
  const metric = reader.take(METRIC);
  if (metric !== undefined) {
    matchers.push({ name: '__name__', operator: '=', value: metric });
    reader.skipSpace();
    if (reader.atEnd) return matchers;
  }
  reader.expect('{');
  while (!reader.accept('}')) {
    matchers.push(readMatcher(reader));
    if (reader.accept(',')) continue;
    reader.expect('}', 'expected "," or "}"');
    break;
  }
  if (!reader.atEnd) throw reader.error('unexpected text after "}"');
  return matchers;
}

function readMatcher(reader: Reader): Matcher {
  const quotedName = reader.take(QUOTED);
  const name = quotedName === undefined ? reader.take(NAME) : unquote(reader, quotedName);
  if (name === undefined) throw reader.error('expected a label name');
  reader.skipSpace();
  if (quotedName !== undefined && reader.isAt(/[,}]/y)) {
    return { name: '__name__', operator: '=', value: name };
  }
  const operator = reader.take(OPERATOR) as MatcherOperator | undefined;
  if (operator === undefined) throw reader.error('expected one of = != =~ !~');
  reader.skipSpace();
  const quoted = reader.take(QUOTED);
  if (quoted === undefined) throw reader.error('expected a quoted value');
  const value = unquote(reader, quoted);
  reader.skipSpace();
  return { name, operator, value };
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function unquote(reader: Reader, quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`')) return inner;
  return inner.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/g,
    (text, hex2?: string, hex4?: string, hex8?: string, octal?: string, letter?: string) => {
      const hex = hex2 ?? hex4 ?? hex8;
      const code =
        hex !== undefined ? parseInt(hex, 16) : octal !== undefined ? parseInt(octal, 8) : -1;
      if (code > 0x10ffff) throw reader.error(`invalid escape ${text}`);
      if (code >= 0) return String.fromCodePoint(code);
      const plain = ESCAPES[letter ?? ''];
      if (plain === undefined) throw reader.error(`invalid escape ${text}`);
      return plain;
    },
  );
}

class Reader {
  private position = 0;

  constructor(private readonly text: string) {}

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.position += found.length;
    return found;
  }

  isAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    return pattern.test(this.text);
  }

  skipSpace(): void {
    this.take(SPACE);
  }

  accept(text: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(text, this.position)) return false;
    this.position += text.length;
    this.skipSpace();
    return true;
  }

  expect(text: string, reason = `expected ${JSON.stringify(text)}`): void {
    if (!this.accept(text)) throw this.error(reason);
  }

  error(reason: string): InvalidSelector {
    const detail = this.atEnd ? `unexpected end of input, ${reason}` : reason;
    return new InvalidSelector(this.text, this.position + 1, `parse error: ${detail}`);
  }
}

/** Writes matchers as a selector that {@link parseSelector} reads back. */
export function formatSelector(matchers: readonly Matcher[]): string {
  const parts = matchers.map(({ name, operator, value }) => {
    const label = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : JSON.stringify(name);
    return `${label}${operator}${JSON.stringify(value)}`;
  });
  return `{${parts.join(',')}}`;
}

/** A predicate for label sets. An absent label equals the empty text, as in PromQL.
 * @throws SyntaxError for a regular expression that does not compile */
export function compileMatchers(matchers: readonly Matcher[]): (labels: LabelSet) => boolean {
  const tests = matchers.map(({ name, operator, value }) => {
    const accepts = compileValue(operator, value);
    return (labels: LabelSet) => accepts(Object.hasOwn(labels, name) ? labels[name]! : '');
  });
  return (labels) => tests.every((test) => test(labels));
}

function compileValue(operator: MatcherOperator, value: string): (text: string) => boolean {
  switch (operator) {
    case '=':
      return (text) => text === value;
    case '!=':
      return (text) => text !== value;
    case '=~': {
      const pattern = new RegExp(`^(?:${value})$`, 's');
      return (text) => pattern.test(text);
    }
    case '!~': {
      const pattern = new RegExp(`^(?:${value})$`, 's');
      return (text) => !pattern.test(text);
    }
  }
}
