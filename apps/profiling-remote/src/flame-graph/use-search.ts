import { useEffect, useMemo, useState } from 'react';
import { loadSearchHelp, search, type SearchHelp, type SearchResult } from '@hsi/flamegraph';

let loaded: SearchHelp = {};

/** What a query matches among names. Results that need more code follow once that is there. */
export function useSearch(names: readonly string[], query: string): SearchResult {
  const [help, setHelp] = useState(loaded);
  const [failed, setFailed] = useState<string>();
  const found = useMemo(() => search(names, query, help), [names, query, help]);
  const { wants } = found;
  useEffect(() => {
    if (wants === undefined) return;
    let current = true;
    loadSearchHelp[wants]().then(
      (more) => {
        loaded = { ...loaded, ...more };
        if (current) setHelp(loaded);
      },
      () => {
        if (current) setFailed(query);
      },
    );
    return () => {
      current = false;
    };
  }, [wants, query]);
  return useMemo(() => {
    // Without the fuzzy search it stays exact, which the readout says.
    if (wants !== 'linear' || failed !== query) return found;
    return { ...found, problem: 'The code that this pattern needs did not arrive: search again.' };
  }, [found, wants, failed, query]);
}
