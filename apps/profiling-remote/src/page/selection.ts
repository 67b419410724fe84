import { GRAFANA, type GrafanaSelection, selectionChange } from '@hsi/grafana-url';
import { DEFAULT_PAGE_STATE, type PageState } from '../state/page-state.ts';
import { pageTime } from './grafana-time.ts';

/** The part of the page's state that Grafana can be told; what is at its default is left out. */
export function grafanaSelection(state: PageState): GrafanaSelection {
  const { service, model, type, from, to, spanId } = state;
  return {
    ...(service !== undefined && { service }),
    ...(model !== undefined && { model }),
    ...(type !== DEFAULT_PAGE_STATE.type && { profileType: type }),
    ...(from !== DEFAULT_PAGE_STATE.from && { from }),
    ...(to !== DEFAULT_PAGE_STATE.to && { to }),
    ...(spanId !== undefined && { spanId }),
  };
}

/**
 * What the person chose inside Grafana's frame, as a change of the page's state. Undefined when the
 * frame shows what the page has chosen.
 * @param seen what the frame's address says
 */
export function choiceInFrame(
  state: PageState,
  seen: GrafanaSelection,
): Partial<PageState> | undefined {
  const chosen = grafanaSelection(state);
  // The dashboard always has a service and a type: an address without variables is not written yet.
  const isWritten = [seen.service, seen.model, seen.profileType].some((one) => one !== undefined);
  const { service, model, profileType } = isWritten ? seen : chosen;
  const change = selectionChange(chosen, {
    ...(service !== undefined && { service }),
    ...(model !== undefined && { model }),
    ...(profileType !== undefined && { profileType }),
    ...pageRange(seen, chosen),
  });
  const patch: { -readonly [key in keyof PageState]?: PageState[key] } = {};
  if ('service' in change) patch.service = change.service;
  if ('model' in change) patch.model = change.model;
  if ('profileType' in change) patch.type = change.profileType ?? DEFAULT_PAGE_STATE.type;
  if ('from' in change) patch.from = change.from ?? DEFAULT_PAGE_STATE.from;
  if ('to' in change) patch.to = change.to ?? DEFAULT_PAGE_STATE.to;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/**
 * The frame's range in times that the page can say. Where it cannot, or where the frame's address
 * has none because Grafana is about to rewrite it, the page keeps its own.
 */
function pageRange(seen: GrafanaSelection, chosen: GrafanaSelection): GrafanaSelection {
  const now = Date.now();
  const from = (seen.from && pageTime(seen.from, now, 'start')) ?? chosen.from;
  const to = (seen.to && pageTime(seen.to, now, 'end')) ?? chosen.to;
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/**
 * The address for a frame that shows `current` and shall show the page's selection instead. Only
 * variables and times differ, so Grafana can go there without loading anew.
 */
export function frameAddress(current: string, state: PageState, built: string): string {
  const next = new URL(current);
  const wanted = new URL(built, current).searchParams;
  const { defaults, variables } = GRAFANA;
  const write = (name: string, standard: string) =>
    next.searchParams.set(name, wanted.get(name) ?? standard);
  write(`var-${variables.service}`, defaults.service);
  write(`var-${variables.profileType}`, GRAFANA.profileTypes[defaults.profileType]);
  write('from', defaults.from);
  write('to', defaults.to);
  if (state.model !== undefined || next.searchParams.has(`var-${variables.model}`)) {
    write(`var-${variables.model}`, '$__all');
  }
  return next.href;
}
