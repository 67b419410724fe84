/** The server's side of the API: protobuf messages and the encoding of answers. */
export * from './call-site.ts';
export * from './diff-wire.ts';
export * from './dot-graph.ts';
export * from './flame-graph-encoding.ts';
export * from './narrow-profile.ts';
export * from './truncate-tree.ts';
export * from './generated/google/v1/profile_pb.ts';
export {
  type PushRequest,
  PushRequestSchema,
  PushResponseSchema,
  type RawProfileSeries,
} from './generated/push/v1/push_pb.ts';
export * from './generated/querier/v1/querier_pb.ts';
export {
  GetProfileStatsRequestSchema,
  GetProfileStatsResponseSchema,
  LabelNamesRequestSchema,
  LabelNamesResponseSchema,
  LabelValuesRequestSchema,
  LabelValuesResponseSchema,
  type StackTraceSelector,
  TimeSeriesAggregationType,
} from './generated/types/v1/types_pb.ts';
