export * from './errors.ts';
export * from './incoming.ts';
export { type LabelQuery } from './query-labels.ts';
export { type PointSeries, type SeriesOptions } from './query-series.ts';
export { type Selection } from './selection.ts';
export * from './store.ts';
