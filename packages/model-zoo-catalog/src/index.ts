export * from './models.ts';
export * from './services.ts';
