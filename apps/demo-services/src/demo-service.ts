import { fileURLToPath } from 'node:url';
import type { RunningService } from '@hsi/node-service';
import { startProfiler } from '@hsi/profiler';
import manifest from '../package.json' with { type: 'json' };
import { FlorenceService } from './florence/service.ts';
import { NemotronService } from './nemotron/service.ts';
import { CpuPacer, processCpuMs } from './pacing.ts';
import { RtDetrService } from './rt-detr/service.ts';
import { CPU_SHARES, type DemoSettings, type Role } from './settings.ts';
import { startWorkLoop } from './work-loop.ts';

export type ProfiledRole = Exclude<Role, 'driver'>;

/** The work of each stand-in: one call is one picture, or one report. */
export const WORKLOADS: Readonly<Record<ProfiledRole, () => { step(): Promise<void> }>> = {
  'rt-detr': () => new RtDetrService(),
  nemotron: () => new NemotronService(),
  florence: () => new FlorenceService(),
};

/** The first profile comes early, so that a fresh page has something to show. */
const FIRST_FLUSH_MS = 4_000;
const FLUSH_INTERVAL_MS = 12_000;

/** Starts a stand-in: profiled under its own name, and slow enough for a laptop. */
export function startDemoService(
  role: ProfiledRole,
  settings: DemoSettings,
  warn: (message: string) => void,
): RunningService {
  const profiler = startProfiler({
    applicationName: role,
    serverAddress: settings.profilesUrl,
    tags: { service: role, environment: settings.environment, version: manifest.version },
    firstFlushMs: FIRST_FLUSH_MS,
    flushIntervalMs: FLUSH_INTERVAL_MS,
    heapIntervalBytes: 64 * 1024,
    sourceRoot: fileURLToPath(new URL('..', import.meta.url)),
    warn,
  });
  const work = WORKLOADS[role]();
  const pacer = new CpuPacer({
    share: CPU_SHARES[role],
    cpuMs: processCpuMs,
    now: () => performance.now(),
  });
  const loop = startWorkLoop({
    step: () => work.step(),
    restMs: () => pacer.restMs(),
    onError: (error) => warn(`A step failed: ${String(error)}`),
  });
  return {
    async close() {
      await loop.close();
      await profiler.stop();
    },
  };
}
