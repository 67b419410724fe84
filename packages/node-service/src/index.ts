export * from './html.ts';
export * from './run-service.ts';
export * from './settings.ts';
