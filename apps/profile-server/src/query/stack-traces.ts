import { create, fromBinary, type MessageShape, toJson } from '@bufbuild/protobuf';
import { encodePprof } from '@hsi/pprof-codec';
import { parseProfileType } from '@hsi/profile-model';
import { type Selection } from '@hsi/profile-store';
import {
  dotGraph,
  flameGraphBinary,
  flameGraphJson,
  ProfileFormat,
  profileForPgo,
  profileOfCallSite,
  ProfileSchema,
  selectCallSite,
  type SelectMergeProfileRequestSchema,
  type SelectMergeSpanProfileRequestSchema,
  type SelectMergeStacktracesRequestSchema,
  SelectMergeStacktracesResponseSchema,
  type StackTraceSelector,
  truncateProfile,
  truncateTree,
  type WireGraph,
  wireGraph,
} from '@hsi/pyroscope-api/server';
import { invalid } from '../refusal.ts';
import { type Answer, message, type QueryContext } from './answer.ts';
import {
  checkFlameGraph,
  checkSelectors,
  dotNodes,
  maxNodes,
  mergedPeriod,
  selection,
  spanIds,
} from './requests.ts';

type StacktracesRequest = MessageShape<typeof SelectMergeStacktracesRequestSchema>;
type SpanRequest = MessageShape<typeof SelectMergeSpanProfileRequestSchema>;
type ProfileRequest = MessageShape<typeof SelectMergeProfileRequestSchema>;

export function graphAnswer(graph: WireGraph): Answer {
  return { json: () => flameGraphJson(graph), binary: () => flameGraphBinary(graph) };
}

/** A flame graph, or the same samples as a call graph or a profile, as the request's format says. */
export async function selectMergeStacktraces(
  request: StacktracesRequest,
  context: QueryContext,
): Promise<Answer> {
  checkSelectors(request);
  const selected = selection(context.tenant, request);
  switch (request.format) {
    case ProfileFormat.UNSPECIFIED:
    case ProfileFormat.FLAMEGRAPH: {
      const tree = await treeOf(request, context, selected);
      return graphAnswer(wireGraph(truncateTree(tree, maxNodes(request.maxNodes))));
    }
    case ProfileFormat.DOT: {
      const { sampleType: type, sampleUnit: unit } = parseProfileType(selected.profileTypeId);
      const options = { type, unit, time: selected.to, maxNodes: dotNodes(request.maxNodes) };
      const dot = dotGraph(await treeOf(request, context, selected), options);
      return stacktraces({ dot });
    }
    case ProfileFormat.PPROF: {
      const bytes = await mergedPprof(request, context, selected, spansOf(request));
      return stacktraces({ pprof: { profile: fromBinary(ProfileSchema, bytes) } });
    }
    default:
      throw invalid(
        `The format ${ProfileFormat[request.format] ?? request.format} is not supported; ask for FLAMEGRAPH, DOT or PPROF.`,
        'format',
      );
  }
}

export async function selectMergeSpanProfile(
  request: SpanRequest,
  { store, tenant }: QueryContext,
): Promise<Answer> {
  checkFlameGraph(request.format);
  const tree = await store.mergeTree(selection(tenant, request), spanIds(request.spanSelector));
  return graphAnswer(wireGraph(truncateTree(tree, maxNodes(request.maxNodes))));
}

export async function selectMergeProfile(
  request: ProfileRequest,
  context: QueryContext,
): Promise<Answer> {
  checkSelectors(request);
  const bytes = await mergedPprof(request, context, selection(context.tenant, request));
  return {
    json: () => JSON.stringify(toJson(ProfileSchema, fromBinary(ProfileSchema, bytes))),
    binary: () => bytes,
  };
}

/** The whole tree that a request selects: its spans, and what is below its call site. */
export async function treeOf(
  request: StacktracesRequest,
  { store }: QueryContext,
  selected: Selection,
) {
  const tree = await store.mergeTree(selected, spansOf(request));
  return selectCallSite(tree, callSiteOf(request.stackTraceSelector));
}

export function callSiteOf(selector: StackTraceSelector | undefined): string[] {
  return selector?.callSite.map(({ name }) => name) ?? [];
}

/** @throws Refusal for a span id that is none */
function spansOf({ spanSelector }: StacktracesRequest): string[] | undefined {
  return spanSelector.length === 0 ? undefined : spanIds(spanSelector);
}

function stacktraces(
  fields: { dot: string } | { pprof: { profile: MessageShape<typeof ProfileSchema> } },
): Answer {
  const schema = SelectMergeStacktracesResponseSchema;
  return message(schema, create(schema, fields));
}

async function mergedPprof(
  request: StacktracesRequest | ProfileRequest,
  { store }: QueryContext,
  selected: Selection,
  spans?: readonly string[],
): Promise<Uint8Array> {
  const whole = await store.mergeProfile(selected, spans);
  const { stackTraceSelector: selector } = request;
  const narrowed =
    selector?.goPgo === undefined
      ? profileOfCallSite(whole, callSiteOf(selector))
      : profileForPgo(whole, selector.goPgo.keepLocations, selector.goPgo.aggregateCallees);
  // Without a limit all of it: a profile that is saved should not lack anything.
  const tables = truncateProfile(narrowed, Number(request.maxNodes ?? 0n));
  return encodePprof({
    ...tables,
    period: mergedPeriod(selected.profileTypeId),
    timeNanos: BigInt(selected.to) * 1_000_000n,
  });
}
