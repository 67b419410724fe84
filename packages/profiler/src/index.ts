export { type ProfilingLabels } from './label-scope.ts';
export { profilingLabels, withProfilingLabels } from './labels.ts';
export { type Profiler, type ProfilerOptions, startProfiler } from './profiler.ts';
export { type PushCounts } from './push-queue.ts';
