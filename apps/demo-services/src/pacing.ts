export interface PacerOptions {
  /** Share of one core that may be used on average, 0 to 1. */
  readonly share: number;
  /** CPU time used so far, in milliseconds; measured, by all threads. */
  readonly cpuMs: () => number;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Unused time that may be saved up, in milliseconds of CPU; the size of a burst. */
  readonly savedMs?: number;
  /** The longest rest, in milliseconds: after one expensive step the work goes on by then. */
  readonly longestRestMs?: number;
}

/**
 * Says how long to rest so that measured CPU time stays below a share of one core: an account that
 * fills with time and that CPU time is taken from. All of the process counts (work, profiler,
 * garbage collection), because the measure is the process's own clock.
 */
export class CpuPacer {
  private balanceMs = 0;
  private lastNow: number;
  private lastCpu: number;

  constructor(private readonly options: PacerOptions) {
    this.lastNow = options.now();
    this.lastCpu = options.cpuMs();
  }

  /** Milliseconds to rest before the next step. */
  restMs(): number {
    const { share, savedMs = 250, longestRestMs = 20_000 } = this.options;
    const now = this.options.now();
    const cpu = this.options.cpuMs();
    const earned = Math.max(0, now - this.lastNow) * share;
    const used = Math.max(0, cpu - this.lastCpu);
    this.balanceMs = Math.min(this.balanceMs + earned - used, savedMs);
    this.lastNow = now;
    this.lastCpu = cpu;
    if (this.balanceMs >= 0) return 0;
    return Math.min(-this.balanceMs / share, longestRestMs);
  }
}

/** CPU time of this process since its start, in milliseconds, all threads. */
export function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
