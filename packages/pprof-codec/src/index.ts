export * from './decode-pprof.ts';
export * from './encode-pprof.ts';
export { decodeFolded, type Measure, sampledTime } from './folded.ts';
export * from './malformed-profile.ts';
export * from './speedscope.ts';
