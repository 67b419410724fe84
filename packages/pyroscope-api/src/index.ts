export * from './client.ts';
export * from './flame-graph-wire.ts';
export * from './schemas.ts';
