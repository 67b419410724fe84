export * from './audit.ts';
export * from './common.ts';
export * from './config.ts';
export * from './events.ts';
export * from './health.ts';
export * from './infer.ts';
export * from './models.ts';
export * from './problem.ts';
