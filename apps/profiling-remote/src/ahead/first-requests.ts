import { type UnixMs } from '@hsi/profile-model';
import { mergeRequest, seriesRequest } from '@hsi/pyroscope-api';
import { graphQuery } from '../profiles/data/graph.ts';
import { firstGraphs } from '../profiles/first-graphs.ts';
import { likelyType } from '../profiles/model/profile-types.ts';
import { SERVICE_LABELS } from '../profiles/model/services.ts';
import { resolveRange } from '../profiles/model/time-range.ts';
import { type PageState } from '../state/page-state.ts';

/** A call of the querier: its method and its body. */
export interface FirstRequest {
  readonly method: string;
  readonly body: object;
}

/** The calls with which `askFirst` begins at the same moment. */
export function firstRequests(state: PageState, now: UnixMs): readonly FirstRequest[] {
  const { range } = resolveRange(state, now);
  return [
    { method: 'Series', body: seriesRequest({ labelNames: SERVICE_LABELS, ...range }) },
    ...firstGraphs(state).map((graph) => ({
      method: 'SelectMergeStacktraces',
      body: mergeRequest(graphQuery({ ...graph, range }, likelyType(graph.type))),
    })),
  ];
}
