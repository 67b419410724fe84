export * from './draw-log.ts';
export * from './fake-clock.ts';
export * from './seeded-random.ts';
export * from './trees.ts';
