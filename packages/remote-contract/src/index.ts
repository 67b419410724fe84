export * from './mount.ts';
export * from './registry.ts';
