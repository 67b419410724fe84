export * from './ahead.ts';
export * from './compatibility.ts';
export * from './default-context.ts';
export * from './mount.ts';
export * from './registry.ts';
