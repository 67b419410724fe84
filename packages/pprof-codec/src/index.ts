export * from './decode-pprof.ts';
export * from './encode-pprof.ts';
export { decodeFolded } from './folded.ts';
export * from './malformed-profile.ts';
export * from './speedscope.ts';
