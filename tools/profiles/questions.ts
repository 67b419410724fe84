import {
  type CallTree,
  emptyCallTree,
  isSnapshot,
  type Matcher,
  parseProfileType,
  PREFERRED_TYPES,
  type ProfileTypeId,
  resolveKind,
  scaleTree,
  type TimeRange,
} from '@hsi/profile-model';
import { type PyroscopeClient } from '@hsi/pyroscope-api';
import { withoutIdle } from './idle.ts';
import { type TypeChoice } from './options.ts';

/** What one service sends in a range. */
export interface ServiceFacts {
  readonly service: string;
  readonly types: readonly ProfileTypeId[];
  readonly models: readonly string[];
}

export interface Scope extends TimeRange {
  readonly matchers: readonly Matcher[];
}

/** The merged samples of one service. Of levels (memory in use) it is the average of the snapshots. */
export interface Graph {
  readonly service: string;
  /** Undefined: the service has no type of the asked kind. */
  readonly typeId: ProfileTypeId | undefined;
  readonly unit: string;
  readonly tree: CallTree;
  readonly total: number;
  /** Share (0 to 1) of the samples in which the process waited; they are not in the tree. */
  readonly idleShare: number;
  /** How many snapshots the average is over; undefined for amounts, which add up. */
  readonly snapshots: number | undefined;
}

export function serviceMatcher(service: string): Matcher {
  return { name: 'service_name', operator: '=', value: service };
}

/** The services that match, by name, with the types and models that each sends. */
export async function findServices(
  client: PyroscopeClient,
  { matchers, from, to }: Scope,
): Promise<ServiceFacts[]> {
  const labelNames = ['service_name', '__profile_type__', 'model'];
  const found = new Map<string, { types: Set<string>; models: Set<string> }>();
  for (const labels of await client.series({ matchers, labelNames, from, to })) {
    const { service_name: service = '', __profile_type__: type = '', model = '' } = labels;
    if (service === '') continue;
    const facts = found.get(service) ?? { types: new Set(), models: new Set() };
    found.set(service, facts);
    if (type !== '') facts.types.add(type);
    if (model !== '') facts.models.add(model);
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, { types, models }]) => ({
      service,
      types: [...types].sort(),
      models: [...models].sort(),
    }));
}

/**
 * One service's graph by the rules of the profiling page: a kind is the first of its types with
 * data, levels are averaged over their snapshots, waiting is no CPU work.
 */
export async function loadGraph(
  client: PyroscopeClient,
  request: Scope & {
    readonly service: string;
    readonly type: TypeChoice;
    readonly maxNodes: number;
    readonly withIdle: boolean;
  },
): Promise<Graph> {
  const { service, type, from, to, maxNodes } = request;
  const scope = { matchers: [serviceMatcher(service), ...request.matchers], from, to };
  const merge = (profileTypeId: ProfileTypeId) =>
    client.selectMergeStacktraces({ ...scope, profileTypeId, maxNodes });
  const isKind = type === 'cpu' || type === 'memory';
  let typeId: ProfileTypeId | undefined = isKind ? PREFERRED_TYPES[type][0]! : type;
  let merged = await merge(typeId);
  if (isKind && merged.total[0] === 0) {
    const [facts] = await findServices(client, { ...scope, matchers: [serviceMatcher(service)] });
    const resolved = resolveKind(type, facts?.types ?? []);
    if (resolved !== typeId) {
      typeId = resolved;
      merged = resolved === undefined ? emptyCallTree() : await merge(resolved);
    }
  }
  const snapshots =
    typeId !== undefined && isSnapshot(typeId) && merged.total[0]! > 0
      ? await countSnapshots(client, scope, typeId)
      : undefined;
  const whole = snapshots === undefined ? merged : scaleTree(merged, snapshots);
  const split =
    typeId === undefined || request.withIdle
      ? { tree: whole, idleShare: 0 }
      : withoutIdle(whole, typeId);
  const unit = typeId === undefined ? '' : parseProfileType(typeId).sampleUnit;
  return { service, typeId, unit, ...split, total: split.tree.total[0]!, snapshots };
}

/** The API has no count: the sum of one step that is as long as the range, divided by its average. */
async function countSnapshots(
  client: PyroscopeClient,
  scope: Scope,
  profileTypeId: ProfileTypeId,
): Promise<number> {
  const query = { ...scope, profileTypeId, stepSeconds: (scope.to - scope.from) / 1_000 };
  const [sums, averages] = await Promise.all([
    client.selectSeries({ ...query, aggregation: 'sum' }),
    client.selectSeries({ ...query, aggregation: 'average' }),
  ]);
  const sum = sums[0]?.points.at(-1);
  const average = averages[0]?.points.at(-1);
  if (sum === undefined || average === undefined || average.value === 0) return 1;
  return Math.max(1, Math.round(sum.value / average.value));
}
