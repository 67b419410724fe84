export * from './call-tree.ts';
export * from './exact-call-tree.ts';
export * from './label-set.ts';
export * from './profile-tables.ts';
export * from './profile-type.ts';
export * from './selector.ts';
export * from './time.ts';
export * from './units.ts';
