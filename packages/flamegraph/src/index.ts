export * from './colors.ts';
export * from './describe.ts';
export * from './draw.ts';
export {
  childrenIn,
  childrenOf,
  findPlace,
  findStack,
  type FlameView,
  isCaller,
  isTruncated,
  layOut,
  leftOut,
  nodeName,
  nodesOfRow,
  type Place,
  placeOf,
  rowCount,
  type RowIndex,
  stackOf,
  type Truncation,
} from './flame-view.ts';
export * from './frame-filters.ts';
export * from './frame-name.ts';
export * from './hit-test.ts';
export * from './invert.ts';
export * from './navigate.ts';
export { isNamed, nameReference, stackReference } from './reference.ts';
export * from './sandwich.ts';
export * from './search.ts';
export * from './text-fit.ts';
export * from './top-functions.ts';
export * from './transforms.ts';
export * from './viewport.ts';
