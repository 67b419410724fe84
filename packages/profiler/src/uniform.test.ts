import { describe, expect, it } from 'vitest';
import { drawProfile, HEAP, printProfile, printTypes, TIMES } from './testing/sampled-profile.ts';
import { cpuProfile, memoryProfile, wallProfile } from './uniform.ts';

const MS = 1_000_000;
const TEN = 10 * MS;
const RANGE = { from: 1_700_000_000_000, to: 1_700_000_010_000 };
const cpu = (...samples: Parameters<typeof drawProfile>[1]) =>
  cpuProfile(drawProfile(TIMES, samples), RANGE, '/app');

describe('CPU', () => {
  it('has the type that Go and Python send', () => {
    const profile = cpu({ stack: 'main work', values: [1, TEN, 9 * MS] });
    expect(printTypes(profile)).toBe('cpu:nanoseconds / cpu:nanoseconds');
    expect(printProfile(profile)).toEqual(['main > work 9000000']);
  });

  it('says when it was taken', () => {
    const profile = cpu({ stack: 'main', values: [1, TEN, TEN] });
    expect(profile.timeNanos).toBe(1_700_000_000_000_000_000n);
    expect(profile.durationNanos).toBe(10_000_000_000n);
    expect(profile.period).toBe(TEN);
  });

  it('adds up samples of one stack and one label set', () => {
    const profile = cpu(
      { stack: 'main work', values: [1, TEN, 5], labels: { model: 'a' } },
      { stack: 'main work', values: [1, TEN, 7], labels: { model: 'a' } },
      { stack: 'main work', values: [1, TEN, 1], labels: { model: 'b' } },
      { stack: 'main work', values: [1, TEN, 2] },
    );
    expect(printProfile(profile)).toEqual([
      'main > work 2',
      'main > work {model=a} 12',
      'main > work {model=b} 1',
    ]);
  });

  it('leaves out samples that used no CPU time', () => {
    const profile = cpu({ stack: 'main wait', values: [1, TEN, 0] });
    expect(profile.sample).toEqual([]);
    expect(profile.function).toEqual([]);
  });

  it('gives the time of an idle sample to the code that ran before it', () => {
    const profile = cpu(
      { stack: 'main work', values: [1, TEN, 4 * MS], labels: { model: 'a' }, at: 10 },
      { stack: '(idle)', values: [1, 0, 3 * MS], at: 20 },
      { stack: '(idle)', values: [1, 0, 0], at: 30 },
    );
    expect(printProfile(profile)).toEqual(['main > work {model=a} 7000000']);
  });

  it('says so when no sample saw who used the time', () => {
    const between = 'Node.js > CPU time between samples';
    const bothIdle = cpu(
      { stack: '(idle)', values: [1, 0, 1], at: 10 },
      { stack: '(idle)', values: [1, 0, 2 * MS], at: 20 },
    );
    expect(printProfile(bothIdle)).toEqual([`${between} 2000001`]);
    const tooFarApart = cpu(
      { stack: 'main work', values: [1, TEN, 4 * MS], at: 10 },
      { stack: '(idle)', values: [1, 0, 3 * MS], at: 60 },
    );
    expect(printProfile(tooFarApart)).toEqual([`${between} 3000000`, 'main > work 4000000']);
  });

  it('counts every nanosecond once', () => {
    const samples = Array.from({ length: 50 }, (_, index) => ({
      stack: index % 3 === 0 ? '(idle)' : `main work${index % 5}`,
      values: [1, TEN, (index * 7_919) % 1_000],
      at: index * 10,
    }));
    const sent = cpu(...samples).sample.map(({ value }) => Number(value[0]));
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(sent)).toBe(sum(samples.map(({ values }) => values[2]!)));
  });

  it('takes samples in the order of their times, not of the profile', () => {
    const profile = cpu(
      { stack: '(idle)', values: [1, 0, 3], at: 20 },
      { stack: 'main late', values: [1, TEN, 1], at: 30 },
      { stack: 'main early', values: [1, TEN, 1], at: 10 },
    );
    expect(printProfile(profile)).toEqual(['main > early 4', 'main > late 1']);
  });

  it('names the function before its place', () => {
    const profile = cpu({
      stack: 'main@/app/src/main.ts:3 work@/app/src/work.ts:9',
      values: [1, 1, 5],
    });
    expect(printProfile(profile)).toEqual(['main (src/main.ts) > work (src/work.ts) 5']);
  });
});

describe('wall time', () => {
  it('has its own type, without idle time', () => {
    const sampled = drawProfile(TIMES, [
      { stack: 'main work', values: [2, 2 * TEN, 5], at: 10 },
      { stack: '(idle)', values: [1, 0, 5], at: 20 },
    ]);
    const profile = wallProfile(sampled, RANGE, '/app');
    expect(printTypes(profile)).toBe('wall:nanoseconds / wall:nanoseconds');
    expect(printProfile(profile)).toEqual(['main > work 20000000']);
  });
});

describe('memory', () => {
  it('has the types that Go sends', () => {
    const sampled = drawProfile(HEAP, [
      { stack: 'main cache', values: [3, 4_096] },
      { stack: '(external)', values: [1, 100] },
    ]);
    const profile = memoryProfile(sampled, RANGE.to, '/app');
    expect(printTypes(profile)).toBe('inuse_objects:count inuse_space:bytes / space:bytes');
    expect(printProfile(profile)).toEqual(['(external) 1 100', 'main > cache 3 4096']);
    expect(profile.timeNanos).toBe(1_700_000_010_000_000_000n);
  });
});
