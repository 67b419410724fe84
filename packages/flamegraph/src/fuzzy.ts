import uFuzzy from '@leeoniya/ufuzzy';
import { type FuzzyFind } from './search.ts';

/** Words that may change places are tried in every order; more would be too many. */
const REORDERED_WORDS = 3;

/**
 * Finds names first with one typing error for each word (`loadModle`), then by letters in order
 * with few between (`ldmdl`). Kept apart from the rest because the page loads it only when a
 * search finds nothing as written.
 */
export function createFuzzyFind(): FuzzyFind {
  const stages = [
    new uFuzzy({ intraMode: 1, intraIns: 1, intraSub: 1, intraTrn: 1, intraDel: 1 }),
    new uFuzzy({ intraMode: 0, intraIns: 4 }),
  ];
  return (names, needle) => {
    for (const stage of stages) {
      const [found] = stage.search(names as string[], needle, REORDERED_WORDS, 0);
      if (found !== null && found.length > 0) return found;
    }
    return [];
  };
}
