import { type UnixMs } from '@hsi/profile-model';
import { PyroscopeClient } from '@hsi/pyroscope-api';
import { type MountContext } from '@hsi/remote-contract';
import { type QueryClient } from '@tanstack/react-query';
import { type PageState } from '../state/page-state.ts';
import { Questions } from './data/questions.ts';
import { PROFILES_KEY } from './data/rules.ts';
import { firstGraphs } from './first-graphs.ts';
import { resolveRange } from './model/time-range.ts';

/** The text that stands for the first time a question is asked, see `Moment`. */
export const FIRST_REFRESH = '0.0';

/** An answer older than this is asked for anew when the view appears. */
const FRESH_MS = 10_000;
const MOMENT_KEY = [PROFILES_KEY, 'first-moment'];

/**
 * Asks what the native view will ask first, before the view is there: while the configuration is
 * fetched, Grafana is probed, and code is run. Nothing is asked twice: the view finds the answers
 * in `queries`. Call it once, when the page is mounted and the native view may be shown. Resolves
 * when every question has its answer or its failure.
 */
export function askFirst(
  queries: QueryClient,
  context: Pick<MountContext, 'profilesUrl' | 'fetch' | 'tenant'>,
  state: PageState,
  now: UnixMs = Date.now(),
): Promise<unknown> {
  const { profilesUrl: baseUrl, fetch, tenant } = context;
  const source = new PyroscopeClient({ baseUrl, fetch, tenant });
  const { range } = resolveRange(state, now);
  // Whether the server answers all selectors at once is in the configuration; these questions are
  // asked the same either way as long as their first answer is not empty.
  const questions = new Questions(queries, source, { range, refresh: FIRST_REFRESH }, false);
  queries.setQueryData(MOMENT_KEY, now);
  return Promise.all([
    questions.prefetch(questions.services()),
    ...firstGraphs(state).map((graph) => questions.prefetch(questions.graph(graph))),
  ]);
}

/** The time of day that {@link askFirst} asked at, as long as its answers are fresh. */
export function firstMoment(queries: QueryClient, now: UnixMs = Date.now()): UnixMs | undefined {
  const asked = queries.getQueryData<UnixMs>(MOMENT_KEY);
  return asked !== undefined && now - asked < FRESH_MS ? asked : undefined;
}
