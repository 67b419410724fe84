export * from './draw-log.ts';
export * from './fake-clock.ts';
export * from './trees.ts';
