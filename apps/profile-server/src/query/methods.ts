import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';
import { type Selection } from '@hsi/profile-store';
import {
  GetProfileStatsRequestSchema,
  GetProfileStatsResponseSchema,
  DiffRequestSchema,
  diffGraph,
  LabelNamesRequestSchema,
  LabelNamesResponseSchema,
  LabelValuesRequestSchema,
  LabelValuesResponseSchema,
  ProfileTypesRequestSchema,
  ProfileTypesResponseSchema,
  SelectMergeProfileRequestSchema,
  SelectMergeSpanProfileRequestSchema,
  SelectMergeStacktracesRequestSchema,
  SelectSeriesRequestSchema,
  SelectSeriesResponseSchema,
  SeriesRequestSchema,
  SeriesResponseSchema,
} from '@hsi/pyroscope-api/server';
import { type Answer, message, type QueryContext } from './answer.ts';
import {
  checkSameType,
  checkSelectors,
  isAverageOf,
  labelRange,
  maxNodes,
  matchersOf,
  selection,
  stepOf,
} from './requests.ts';
import { invalid } from '../refusal.ts';
import {
  callSiteOf,
  graphAnswer,
  selectMergeProfile,
  selectMergeSpanProfile,
  selectMergeStacktraces,
  treeOf,
} from './stack-traces.ts';

/** One method of `querier.v1`: the schema of its request, and what answers it. */
export interface Method<Request extends DescMessage = DescMessage> {
  readonly request: Request;
  answer(request: MessageShape<Request>, context: QueryContext): Promise<Answer>;
}

function method<Request extends DescMessage>(
  request: Request,
  answer: Method<Request>['answer'],
): Method {
  return { request, answer: answer as Method['answer'] };
}

const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export const METHODS: Readonly<Record<string, Method>> = {
  ProfileTypes: method(ProfileTypesRequestSchema, async (request, { store, tenant }) => {
    const types = await store.profileTypes(tenant, labelRange(request));
    const profileTypes = types.map(({ id, ...parts }) => ({ ID: id, ...parts }));
    return message(
      ProfileTypesResponseSchema,
      create(ProfileTypesResponseSchema, { profileTypes }),
    );
  }),

  LabelNames: method(LabelNamesRequestSchema, async (request, context) => {
    const { store, tenant } = context;
    const all = await store.labelNames({
      tenant,
      matchers: matchersOf(request.matchers),
      ...labelRange(request),
    });
    const names = all.filter((name) => isVisible(name, context));
    return message(LabelNamesResponseSchema, create(LabelNamesResponseSchema, { names }));
  }),

  LabelValues: method(LabelValuesRequestSchema, async (request, { store, tenant }) => {
    if (request.name === '') throw invalid('label name is required', 'label_name');
    const query = { tenant, matchers: matchersOf(request.matchers), ...labelRange(request) };
    const names = await store.labelValues(query, request.name);
    return message(LabelValuesResponseSchema, create(LabelValuesResponseSchema, { names }));
  }),

  Series: method(SeriesRequestSchema, async (request, context) => {
    const { store, tenant } = context;
    const query = { tenant, matchers: matchersOf(request.matchers), ...labelRange(request) };
    const asked =
      request.labelNames.length > 0 ? request.labelNames : await store.labelNames(query);
    const visible = asked.filter((name) => isVisible(name, context));
    const sets = visible.length === 0 ? [] : await store.series(query, visible);
    const labelsSet = sets.map((labels) => ({ labels: pairs(labels) }));
    return message(SeriesResponseSchema, create(SeriesResponseSchema, { labelsSet }));
  }),

  SelectMergeStacktraces: method(SelectMergeStacktracesRequestSchema, selectMergeStacktraces),
  SelectMergeSpanProfile: method(SelectMergeSpanProfileRequestSchema, selectMergeSpanProfile),
  SelectMergeProfile: method(SelectMergeProfileRequestSchema, selectMergeProfile),

  Diff: method(DiffRequestSchema, async ({ left, right }, context) => {
    if (left === undefined || right === undefined) {
      throw invalid('A diff has a left and a right side.', 'diff');
    }
    const sides = [left, right].map((side) => {
      checkSelectors(side);
      return selection(context.tenant, side);
    }) as [Selection, Selection];
    checkSameType(...sides);
    const [before, after] = await Promise.all([
      treeOf(left, context, sides[0]),
      treeOf(right, context, sides[1]),
    ]);
    const nodes = Math.max(maxNodes(left.maxNodes), maxNodes(right.maxNodes));
    return graphAnswer(diffGraph(before, after, nodes));
  }),

  SelectSeries: method(SelectSeriesRequestSchema, async (request, { store, tenant }) => {
    const selected = selection(tenant, request);
    const stepMs = stepOf(request.step);
    const isAverage = isAverageOf(request.aggregation);
    if (callSiteOf(request.stackTraceSelector).length > 0) {
      throw invalid(
        'SelectSeries does not select call sites; ask SelectMergeStacktraces for one.',
        'call_site',
      );
    }
    const firstPoint = selected.from - stepMs;
    const steps = Math.floor((selected.to - firstPoint) / stepMs);
    const series = await store.pointSeries(
      { ...selected, from: firstPoint, to: firstPoint + steps * stepMs },
      {
        firstPoint,
        stepMs,
        groupBy: request.groupBy,
        aggregation: isAverage ? 'average' : 'sum',
        limit: Number(request.limit ?? 0n),
      },
    );
    return message(
      SelectSeriesResponseSchema,
      create(SelectSeriesResponseSchema, {
        series: series.map(({ labels, points }) => ({
          labels: pairs(labels),
          points: points.map(({ time, value }) => ({ value, timestamp: BigInt(time) })),
        })),
      }),
    );
  }),

  GetProfileStats: method(GetProfileStatsRequestSchema, (_request, { store, tenant }) => {
    const { dataIngested, oldestMs, newestMs } = store.stats(tenant);
    return Promise.resolve(
      message(
        GetProfileStatsResponseSchema,
        create(GetProfileStatsResponseSchema, {
          dataIngested,
          oldestProfileTime: BigInt(oldestMs),
          newestProfileTime: BigInt(newestMs),
        }),
      ),
    );
  }),
};

function isVisible(name: string, { allowsUtf8Names }: QueryContext): boolean {
  return allowsUtf8Names || LEGACY_NAME.test(name);
}

function pairs(labels: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(labels)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
