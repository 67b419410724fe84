import { useEffect, useMemo, useState } from 'react';
import {
  type FuzzyFind,
  loadFuzzyFind,
  search,
  type SearchResult,
  wantsFuzzy,
} from '@hsi/flamegraph';

let loaded: FuzzyFind | undefined;

/** What a query matches among names. Fuzzy results follow once their code is there. */
export function useSearch(names: readonly string[], query: string): SearchResult {
  const [fuzzy, setFuzzy] = useState<FuzzyFind | undefined>(() => loaded);
  const found = useMemo(() => search(names, query, fuzzy), [names, query, fuzzy]);
  const wanted = fuzzy === undefined && wantsFuzzy(found);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    loadFuzzyFind().then(
      (find) => {
        loaded = find;
        if (current) setFuzzy(() => find);
      },
      // Without it the search stays exact, which the readout says.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [wanted]);
  return found;
}
