export * from './client.ts';
export * from './flame-graph-wire.ts';
export {
  mergeRequest,
  type ProfileQuery,
  querierCall,
  type SeriesListQuery,
  seriesRequest,
  type ServerAddress,
} from './requests.ts';
export * from './schemas.ts';
