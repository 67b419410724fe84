import { describe, expect, it } from 'vitest';
import { cpuAttribution, readCpuTimes } from './cpu.ts';

describe('the CPU time that belongs to no model', () => {
  it('is what threads outside of JavaScript took', () => {
    expect(cpuAttribution({ processMs: 1_000, mainThreadMs: 700 }, 1)).toMatchObject({
      process_ms: 1_000,
      main_thread_ms: 700,
      native_threads_ms: 300,
      unattributed_share: 0.3,
      note: expect.stringContaining('belongs to no model'),
    });
  });

  it('is never less than nothing: the two clocks differ a little', () => {
    expect(cpuAttribution({ processMs: 700, mainThreadMs: 701 }, 1)).toMatchObject({
      main_thread_ms: 700,
      native_threads_ms: 0,
      unattributed_share: 0,
    });
    expect(cpuAttribution({ processMs: 0, mainThreadMs: 0 }, 1).unattributed_share).toBe(0);
  });

  it('says more of inference when that has threads of its own', () => {
    const { note } = cpuAttribution({ processMs: 10, mainThreadMs: 5 }, 4);
    expect(note).toContain('up to 4 threads');
  });

  it('is not known where the system does not tell, and is not guessed', () => {
    const unknown = cpuAttribution(readCpuTimes('/nowhere/schedstat'), 1);
    expect(unknown).toEqual({
      process_ms: expect.any(Number),
      note: expect.stringContaining('not known'),
    });
  });

  it.runIf(process.platform === 'linux')('is read from the system', () => {
    const { processMs, mainThreadMs } = readCpuTimes();
    expect(processMs).toBeGreaterThan(0);
    expect(mainThreadMs).toBeGreaterThan(0);
  });
});
