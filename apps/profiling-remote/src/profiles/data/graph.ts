import {
  type CallTree,
  type Matcher,
  type ProfileTypeId,
  type TimeRange,
  emptyCallTree,
  scaleTree,
} from '@hsi/profile-model';
import {
  type TypeChoice,
  isKind,
  isLevel,
  likelyType,
  resolveType,
  unitOf,
} from '../model/profile-types.ts';
import { type ProfileSource } from './source.ts';

/**
 * Frames that the server is asked for. A graph in a grid shows a dozen rows, half a screen wide:
 * more frames than that would be transferred to be drawn thinner than a pixel. Who looks closer
 * gets more: all of what a browser draws smoothly.
 */
export const NODES = { inGrid: 640, large: 4096, detail: 65_536 } as const;

export interface GraphRequest {
  readonly service: string;
  readonly model?: string | undefined;
  readonly type: TypeChoice;
  readonly filters: readonly Matcher[];
  readonly range: TimeRange;
  readonly maxNodes: number;
  /** Only the samples of these spans. */
  readonly spanIds?: readonly string[] | undefined;
}

/** A flame graph's data. Of levels (memory in use) it is the average of the range's snapshots. */
export interface GraphAnswer {
  readonly tree: CallTree;
  /** Undefined: the service has no type of the chosen kind. */
  readonly typeId: ProfileTypeId | undefined;
  readonly unit: string;
  /** How many snapshots the average is over; undefined for amounts, which add up. */
  readonly snapshots: number | undefined;
}

/** What a service sends in the range, asked for only when the likely type has no data. */
export type TypesOf = (service: string) => Promise<readonly ProfileTypeId[]>;

/** The matchers of one service, and of one model of it. `service_name` is always matched by `=`. */
export function matchersOf(
  service: string,
  model: string | undefined,
  filters: readonly Matcher[],
): Matcher[] {
  const scope: Matcher[] = [{ name: 'service_name', operator: '=', value: service }];
  if (model !== undefined) scope.push({ name: 'model', operator: '=', value: model });
  return [...scope, ...filters];
}

/** The query that a flame graph starts with. */
export function graphQuery(request: GraphRequest, profileTypeId: ProfileTypeId) {
  return {
    profileTypeId,
    matchers: matchersOf(request.service, request.model, request.filters),
    from: request.range.from,
    to: request.range.to,
    maxNodes: request.maxNodes,
  };
}

/**
 * Asks for the type that our own services send, at once; only when that is empty it asks what the
 * service really sends, and again for that.
 */
export async function loadGraph(
  source: ProfileSource,
  request: GraphRequest,
  typesOf: TypesOf,
  signal?: AbortSignal,
): Promise<GraphAnswer> {
  const likely = likelyType(request.type);
  const first = await merged(source, request, likely, signal);
  if (first.total[0]! > 0 || !isKind(request.type)) {
    return answer(source, request, likely, first, signal);
  }
  const resolved = resolveType(request.type, await typesOf(request.service));
  if (resolved === undefined) {
    return { tree: emptyCallTree(), typeId: undefined, unit: unitOf(likely), snapshots: undefined };
  }
  const tree = resolved === likely ? first : await merged(source, request, resolved, signal);
  return answer(source, request, resolved, tree, signal);
}

function merged(
  source: ProfileSource,
  request: GraphRequest,
  typeId: ProfileTypeId,
  signal: AbortSignal | undefined,
): Promise<CallTree> {
  const query = graphQuery(request, typeId);
  return request.spanIds === undefined
    ? source.selectMergeStacktraces(query, signal)
    : source.selectMergeSpanProfile({ ...query, spanIds: request.spanIds }, signal);
}

async function answer(
  source: ProfileSource,
  request: GraphRequest,
  typeId: ProfileTypeId,
  tree: CallTree,
  signal: AbortSignal | undefined,
): Promise<GraphAnswer> {
  const unit = unitOf(typeId);
  if (!isLevel(typeId) || tree.total[0] === 0) return { tree, typeId, unit, snapshots: undefined };
  const snapshots = await countSnapshots(source, request, typeId, signal);
  return { tree: scaleTree(tree, snapshots), typeId, unit, snapshots };
}

/** The API has no count: the sum of one step that is as long as the range, divided by its average. */
async function countSnapshots(
  source: ProfileSource,
  request: GraphRequest,
  profileTypeId: ProfileTypeId,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { from, to } = request.range;
  const query = {
    profileTypeId,
    matchers: matchersOf(request.service, request.model, request.filters),
    from,
    to,
    stepSeconds: (to - from) / 1000,
  };
  const [sums, averages] = await Promise.all([
    source.selectSeries({ ...query, aggregation: 'sum' }, signal),
    source.selectSeries({ ...query, aggregation: 'average' }, signal),
  ]);
  const sum = sums[0]?.points.at(-1);
  const average = averages[0]?.points.at(-1);
  if (sum === undefined || average === undefined || average.value === 0) return 1;
  return Math.max(1, Math.round(sum.value / average.value));
}
