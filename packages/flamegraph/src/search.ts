import { type CallTree, type NameIndex, type NodeIndex } from '@hsi/profile-model';
import { type FlameView, truncatedName } from './flame-view.ts';
import { isNamed } from './reference.ts';

/**
 * Finds the names that a needle means when none contains it: typing errors, words in another
 * order, letters left out. Returns indices into `names`.
 */
export type FuzzyFind = (names: readonly string[], needle: string) => readonly number[];

/** Compiles a regular expression that no text can keep busy; throws an error that says why not. */
export type LinearPattern = (source: string, flags: string) => (text: string) => boolean;

/** What only some searches need. The code of each is a chunk of its own. */
export interface SearchHelp {
  readonly fuzzy?: FuzzyFind;
  readonly linear?: LinearPattern;
}

/** Fetches one help, once; rejects when it does not arrive. */
export const loadSearchHelp: {
  readonly [Kind in keyof SearchHelp]-?: () => Promise<Required<Pick<SearchHelp, Kind>>>;
} = {
  fuzzy: once(async () => ({ fuzzy: (await import('./fuzzy.ts')).createFuzzyFind() })),
  linear: once(async () => ({ linear: (await import('./linear-pattern.ts')).linearPattern })),
};

function once<Help>(load: () => Promise<Help>): () => Promise<Help> {
  let loading: Promise<Help> | undefined;
  return () =>
    (loading ??= load().catch((error: unknown) => {
      // A chunk that did not arrive may arrive the next time.
      loading = undefined;
      throw error;
    }));
}

/** Which way a query was understood. */
export type SearchKind = 'none' | 'exact' | 'text' | 'regex' | 'fuzzy';

export interface SearchResult {
  readonly kind: SearchKind;
  /** Name -> 1 when it matches. Undefined when nothing is searched for. */
  readonly matches: Uint8Array | undefined;
  /** Number of names that match. */
  readonly names: number;
  /** Why the query could not be used; nothing matches then. */
  readonly problem?: string;
  /** The help that the search would do better with; nothing matches without it. */
  readonly wants?: keyof SearchHelp;
}

export const NO_SEARCH: SearchResult = { kind: 'none', matches: undefined, names: 0 };

/** Longest query that is looked at, in characters. */
export const LONGEST_QUERY = 1_000;

/**
 * Which names a query matches:
 * - `/pattern/flags` is a regular expression, without regard to case unless the flag `c` is given;
 * - `"name"` is exactly that name, or the name that a `nameReference` stands for;
 * - anything else: every word of it occurs, in any order, without regard to case; when no name has
 *   them all, the names that a fuzzy search finds.
 */
export function search(
  names: readonly string[],
  query: string,
  help: SearchHelp = {},
): SearchResult {
  const text = query.trim();
  // A pattern that is still to be written is no search yet.
  if (text === '' || text === '//') return NO_SEARCH;
  if (text.length > LONGEST_QUERY) {
    return problem(names, 'text', `The search is longer than ${LONGEST_QUERY} characters.`);
  }
  const pattern = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (pattern) return searchPattern(names, pattern[1]!, pattern[2]!, help);
  const exact = /^"(.+)"$/s.exec(text)?.[1];
  if (exact !== undefined) return result(names, 'exact', (name) => isNamed(name, exact));
  const found = result(names, 'text', containsWords(text));
  if (found.names > 0) return found;
  if (help.fuzzy === undefined) return { ...found, wants: 'fuzzy' };
  return fuzzyResult(names, help.fuzzy(names, text));
}

function containsWords(text: string): (name: string) => boolean {
  const words = text.toLowerCase().split(/\s+/);
  return (name) => {
    const lower = name.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}

/** Tries of a pattern, counted at their worst, that the browser's matcher may be given: a second. */
const MOST_TRIES = 5e8;

/**
 * How often the browser's matcher may have to try a character when a pattern fails at its very end. It
 * backtracks and cannot be stopped: each repetition may begin and end anywhere, each alternative
 * doubles the ways, and a repeated group (`(a|a)*`) has ways without end.
 */
function mostTries(names: readonly string[], source: string): number {
  const bare = source
    .replace(/\\[1-9k]/g, '*')
    .replace(/\\./gs, '.')
    .replace(/\[[^\]]*\]/g, '.')
    .replace(/\(\?(?:[:=!]|<[=!]|<[^>]*>)/g, '(');
  if (/\)[*+{]/.test(bare)) return Infinity;
  const repetitions = bare.match(/[*+{]/g)?.length ?? 0;
  const ways = 2 ** (bare.match(/[?|]/g)?.length ?? 0);
  let tries = 0;
  for (const { length } of names) {
    tries += ways * length ** (1 + repetitions) * Math.min(length, source.length);
  }
  return tries;
}

function searchPattern(
  names: readonly string[],
  source: string,
  flags: string,
  { linear }: SearchHelp,
): SearchResult {
  const extra = /[^cimsu]/.exec(flags);
  if (extra) return problem(names, 'regex', `The flag "${extra[0]}" is not known: use c, m, s, u.`);
  const own = flags.replace(/[ci]/g, '') + (flags.includes('c') ? '' : 'i');
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, own);
  } catch (error) {
    return problem(names, 'regex', `Not a regular expression: ${reasonOf(error)}`);
  }
  if (mostTries(names, source) <= MOST_TRIES) {
    return result(names, 'regex', (name) => pattern.test(name));
  }
  if (linear === undefined) return { ...result(names, 'regex', () => false), wants: 'linear' };
  try {
    return result(names, 'regex', linear(source, own));
  } catch (error) {
    return problem(names, 'regex', reasonOf(error));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function result(
  names: readonly string[],
  kind: SearchKind,
  test: (name: string) => boolean,
): SearchResult {
  const matches = new Uint8Array(names.length);
  const other = truncatedName(names);
  let count = 0;
  // The root's name (index 0) is no frame.
  for (let index = 1; index < names.length; index++) {
    if (index === other || !test(names[index]!)) continue;
    matches[index] = 1;
    count++;
  }
  return { kind, matches, names: count };
}

function fuzzyResult(names: readonly string[], found: readonly number[]): SearchResult {
  const wanted = new Set(found.map((index) => names[index]));
  return result(names, 'fuzzy', (name) => wanted.has(name));
}

function problem(names: readonly string[], kind: SearchKind, reason: string): SearchResult {
  return { kind, matches: new Uint8Array(names.length), names: 0, problem: reason };
}

/** What a search matches in a tree. */
export interface MatchShare {
  /** Nodes that match, in the tree's order: top to bottom, left to right. */
  readonly nodes: Int32Array;
  /** The value below matching nodes as a union: a match below a match counts once. */
  readonly total: number;
}

/** What {@link matchShare} reads: a tree, or a view of one. */
type Matched = Pick<CallTree, 'name' | 'parent' | 'total'> & Partial<Pick<FlameView, 'source'>>;

/** Every node that a search matches, and their union's value. A root that is no frame never matches. */
export function matchShare(tree: Matched, matches: Uint8Array | undefined): MatchShare {
  if (matches === undefined) return { nodes: new Int32Array(0), total: 0 };
  const { name, parent, total, source } = tree;
  const covered = new Uint8Array(name.length);
  const nodes = new Int32Array(name.length);
  let count = 0;
  let sum = 0;
  for (let node = source === undefined ? 1 : 0; node < name.length; node++) {
    const inside = node === 0 ? 0 : covered[parent[node]!]!;
    const matched = matches[name[node]!]!;
    if (matched) {
      nodes[count++] = node;
      if (!inside) sum += total[node]!;
    }
    covered[node] = inside | matched;
  }
  const union = source === undefined ? sum : valueThrough(source, name[0]!, matches);
  return { nodes: nodes.slice(0, count), total: union };
}

/** The value of the samples that a function is in and any matching one too: above it, below it or itself. */
function valueThrough(tree: CallTree, through: NameIndex, matches: Uint8Array): number {
  const { name, parent, self } = tree;
  // Bit 0: a matching frame is in the stack trace; bit 1: the function is.
  const seen = new Uint8Array(name.length);
  let sum = 0;
  for (let node = 1; node < name.length; node++) {
    const index = name[node]!;
    seen[node] = seen[parent[node]!]! | matches[index]! | (index === through ? 2 : 0);
    if (seen[node] === 3) sum += self[node]!;
  }
  return sum;
}

/** The match after `current` (before it when `step` is -1), around the end; undefined without matches. */
export function nextMatch(
  { nodes }: MatchShare,
  current: NodeIndex | undefined,
  step: 1 | -1,
): NodeIndex | undefined {
  if (nodes.length === 0) return undefined;
  const at = current === undefined ? -1 : nodes.indexOf(current);
  if (at >= 0) return nodes[(at + step + nodes.length) % nodes.length];
  if (current === undefined) return step === 1 ? nodes[0] : nodes.at(-1);
  const after = nodes.findIndex((node) => node > current);
  if (step === 1) return nodes[after < 0 ? 0 : after];
  return after <= 0 ? nodes.at(-1) : nodes[after - 1];
}
