export * from './errors.ts';
export { type ExportCursor, type ExportPage, type StoredProfile } from './export.ts';
export * from './incoming.ts';
export { type Pin } from './pins.ts';
export { type LabelQuery } from './query-labels.ts';
export { type PointSeries, type SeriesOptions } from './query-series.ts';
export { type Selection } from './selection.ts';
export * from './store.ts';
