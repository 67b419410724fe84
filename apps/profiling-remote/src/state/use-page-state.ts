import { useCallback, useSyncExternalStore } from 'react';
import { useMountContext } from '../page/page-services.tsx';
import { type PageState } from './page-state.ts';
import { formatPageState, parsePageState, type ParsedPageState } from './page-state-url.ts';

/** Changes parts of the page's state; the address follows. */
export type PatchPageState = (
  patch: Partial<PageState>,
  options?: { readonly replace?: boolean },
) => void;

/** The page's state, read from the host's location, and how to change it. */
export function usePageState(): readonly [PageState, PatchPageState] {
  const context = useMountContext();
  const { state } = useParsedAddress();
  const patch = useCallback<PatchPageState>(
    (changes, options) => {
      // Read anew, so that two changes in one event do not undo each other.
      const { pathname, search } = context.location.get();
      // The host may have left the page while a late change was on its way.
      if (!isBelow(pathname, context.basename)) return;
      const next = formatPageState({ ...parse(search).state, ...changes }, search);
      if (next !== search)
        context.navigate(pathname + next, { replace: options?.replace ?? false });
    },
    [context],
  );
  return [state, patch];
}

/** Sentences about the values in the address that could not be used. */
export function usePageNotices(): readonly string[] {
  return useParsedAddress().notices;
}

function useParsedAddress(): ParsedPageState {
  const { location } = useMountContext();
  return parse(useSyncExternalStore(location.subscribe, () => location.get().search));
}

let parsed: { readonly search: string; readonly result: ParsedPageState } | undefined;

/** The same object for the same address, so that it can be compared and be part of query keys. */
function parse(search: string): ParsedPageState {
  if (parsed?.search !== search) {
    const result = parsePageState(search, Date.now());
    parsed = { search, result: keepLists(result, parsed?.result.state) };
  }
  return parsed.result;
}

/** Equal lists stay the same object, so that a search leaves a graph's layout as it is. */
function keepLists(result: ParsedPageState, before: PageState | undefined): ParsedPageState {
  const kept = <Text extends string>(list: readonly Text[], old: readonly Text[] | undefined) => {
    const isSame = old?.length === list.length && old.every((text, at) => text === list[at]);
    return isSame ? old : list;
  };
  const focus = kept(result.state.focus, before?.focus);
  const hide = kept(result.state.hide, before?.hide);
  const shape = kept(result.state.shape, before?.shape);
  return { ...result, state: { ...result.state, focus, hide, shape } };
}

function isBelow(pathname: string, basename: string): boolean {
  return pathname === basename || pathname.startsWith(`${basename.replace(/\/$/, '')}/`);
}
