/** A pair of symbols that becomes one, as `left right`; the earlier pair wins. */
type Pair = string;

const PAIR = ' ';
const WORD = /\p{L}+|\p{N}+|[^\p{L}\p{N}\s]+/gu;

/** Byte pair encoding over the letters of words: merges learned from a text, most frequent first. */
export class BytePairTokenizer {
  private readonly ranks: ReadonlyMap<Pair, number>;
  private readonly ids = new Map<string, number>();

  constructor(corpus: string, mergeCount: number) {
    this.ranks = learnMerges(corpus, mergeCount);
    for (const letter of new Set(corpus.toLowerCase())) this.idOf(letter);
    for (const pair of this.ranks.keys()) this.idOf(pair.replace(PAIR, ''));
  }

  get vocabularySize(): number {
    return this.ids.size;
  }

  /** Ids of the text's symbols; a symbol that the corpus did not have is left out. */
  encode(text: string): number[] {
    return splitWords(text).flatMap((word) =>
      bytePairMerge([...word], this.ranks).flatMap((symbol) => this.ids.get(symbol) ?? []),
    );
  }

  private idOf(symbol: string): void {
    if (!this.ids.has(symbol)) this.ids.set(symbol, this.ids.size);
  }
}

export function splitWords(text: string): string[] {
  return text.toLowerCase().match(WORD) ?? [];
}

/** Joins the neighbours of the best rank until no pair has one. */
export function bytePairMerge(
  symbols: readonly string[],
  ranks: ReadonlyMap<Pair, number>,
): string[] {
  const merged = [...symbols];
  for (;;) {
    let best = -1;
    let bestRank = Infinity;
    for (let at = 0; at + 1 < merged.length; at++) {
      const rank = ranks.get(`${merged[at]}${PAIR}${merged[at + 1]}`);
      if (rank !== undefined && rank < bestRank) {
        best = at;
        bestRank = rank;
      }
    }
    if (best < 0) return merged;
    merged.splice(best, 2, merged[best]! + merged[best + 1]!);
  }
}

/** The most frequent pair of neighbours becomes a symbol, again and again. */
export function learnMerges(corpus: string, count: number): Map<Pair, number> {
  const words = new Map<string, { symbols: string[]; times: number }>();
  for (const word of splitWords(corpus)) {
    const known = words.get(word);
    if (known) known.times++;
    else words.set(word, { symbols: [...word], times: 1 });
  }
  const ranks = new Map<Pair, number>();
  while (ranks.size < count) {
    const best = mostFrequentPair(words.values());
    if (best === undefined) break;
    ranks.set(best, ranks.size);
    const [left, right] = best.split(PAIR) as [string, string];
    for (const word of words.values()) word.symbols = joinPair(word.symbols, left, right);
  }
  return ranks;
}

function mostFrequentPair(
  words: Iterable<{ readonly symbols: readonly string[]; readonly times: number }>,
): Pair | undefined {
  const counts = new Map<Pair, number>();
  for (const { symbols, times } of words) {
    for (let at = 0; at + 1 < symbols.length; at++) {
      const pair = `${symbols[at]}${PAIR}${symbols[at + 1]}`;
      counts.set(pair, (counts.get(pair) ?? 0) + times);
    }
  }
  let best: Pair | undefined;
  let bestCount = 1;
  for (const [pair, times] of counts) {
    if (times > bestCount) {
      best = pair;
      bestCount = times;
    }
  }
  return best;
}

function joinPair(symbols: readonly string[], left: string, right: string): string[] {
  const joined: string[] = [];
  for (let at = 0; at < symbols.length; at++) {
    if (symbols[at] === left && symbols[at + 1] === right) {
      joined.push(left + right);
      at++;
    } else joined.push(symbols[at]!);
  }
  return joined;
}
