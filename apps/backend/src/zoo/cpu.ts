import { readFileSync } from 'node:fs';
import { type CpuAttribution } from '@hsi/backend-api';

/** CPU time since the start of the process, in milliseconds. */
export interface CpuTimes {
  readonly processMs: number;
  /** The thread that runs JavaScript; undefined where the system does not tell. */
  readonly mainThreadMs: number | undefined;
}

/** Linux tells each thread's time in `/proc`; the main thread's id is the process's. */
export function readCpuTimes(
  schedstat: string = `/proc/self/task/${process.pid}/schedstat`,
): CpuTimes {
  const { user, system } = process.cpuUsage();
  return { processMs: (user + system) / 1000, mainThreadMs: readNanoseconds(schedstat) };
}

function readNanoseconds(path: string): number | undefined {
  try {
    const [nanoseconds] = readFileSync(path, 'latin1').split(' ');
    const value = Number(nanoseconds);
    return Number.isFinite(value) && value > 0 ? value / 1e6 : undefined;
  } catch {
    return undefined;
  }
}

/**
 * How much CPU time no model can claim because it was spent on threads outside JavaScript.
 * @param threads that one inference may use; with one it runs on JavaScript's thread
 */
export function cpuAttribution(times: CpuTimes, threads: number): CpuAttribution {
  const { processMs, mainThreadMs } = times;
  if (mainThreadMs === undefined) {
    return {
      process_ms: processMs,
      note: 'This system does not tell the CPU time of single threads, so the share of native threads is not known. Their work carries no label.',
    };
  }
  const nativeMs = Math.max(0, processMs - mainThreadMs);
  return {
    process_ms: processMs,
    main_thread_ms: Math.min(mainThreadMs, processMs),
    native_threads_ms: nativeMs,
    unattributed_share: processMs > 0 ? Math.min(1, nativeMs / processMs) : 0,
    note:
      threads === 1
        ? 'Inference runs on the thread of JavaScript (one thread), so its CPU time is under its model. What native threads take is garbage collection, compilation, file access and profiling; it carries no label and belongs to no model.'
        : `Inference uses up to ${threads} threads. Only the part on the thread of JavaScript is under its model; what native threads take carries no label and belongs to no model.`,
  };
}

export const MEMORY_NOTE =
  'Memory per model is not sampled, because the heap profiler takes no labels and the weights lie outside of the JavaScript heap. Shown instead is how much the memory of the whole process grew during the load: other work of that moment is in it, and memory that the process already had is not.';
