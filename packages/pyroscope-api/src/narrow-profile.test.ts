import { type ProfileTables, ProfileTablesBuilder } from '@hsi/profile-model';
import { describe, expect, test } from 'vitest';
import { profileForPgo, profileOfCallSite, truncateProfile } from './narrow-profile.ts';

const CPU = { type: 'cpu', unit: 'nanoseconds' };

function profile(stacks: Record<string, number | bigint>): ProfileTables {
  const builder = new ProfileTablesBuilder();
  for (const [stack, value] of Object.entries(stacks)) {
    builder.add(
      stack.split(';').map((name) => builder.frame(name, `${name}.ts`, 7)),
      [value],
    );
  }
  return builder.build({ sampleTypes: [CPU], periodType: CPU, period: 1 });
}

function stacks({ samples, strings, frames }: ProfileTables): Record<string, bigint> {
  return Object.fromEntries(
    Array.from({ length: samples.count }, (_, at) => [
      [...samples.stackFrames.subarray(samples.stackStart[at], samples.stackStart[at + 1])]
        .map((frame) => `${strings[frames.name[frame]!]}:${frames.line[frame]}`)
        .join(';'),
      samples.exactValues?.[at] ?? BigInt(samples.values[at]!),
    ]),
  );
}

describe('truncateProfile', () => {
  const whole = profile({ 'a;b': 10, 'a;c': 2, 'a;d;e': 1, f: 5 });

  test('keeps the greatest frames of each stack trace; the rest is named other', () => {
    expect(stacks(truncateProfile(whole, 3))).toEqual({
      'a:7;b:7': 10n,
      'a:7;other:0': 3n,
      'f:7': 5n,
    });
  });

  test('keeps everything when there is room, or no limit', () => {
    expect(truncateProfile(whole, 6)).toBe(whole);
    expect(truncateProfile(whole, 0)).toBe(whole);
  });

  test('values beyond 2^53 stay exact', () => {
    const big = 2n ** 62n + 1n;
    expect(stacks(truncateProfile(profile({ a: big, b: 1n, c: 1n }), 1))).toEqual({
      'a:7': big,
      'other:0': 2n,
    });
  });
});

test('a call site keeps the stack traces that begin with it', () => {
  const whole = profile({ 'a;b;c': 1, 'a;b': 2, 'a;d': 4, 'e;b': 8 });
  expect(stacks(profileOfCallSite(whole, ['a', 'b']))).toEqual({
    'a:7;b:7;c:7': 1n,
    'a:7;b:7': 2n,
  });
  expect(profileOfCallSite(whole, [])).toBe(whole);
  expect(stacks(profileOfCallSite(whole, ['a', 'b', 'c', 'd']))).toEqual({});
});

describe('profileForPgo', () => {
  const whole = profile({ 'a;b;c': 10, 'x;b;c': 2n ** 60n, a: 5 });

  test('keeps the last frames and adds up what is then equal', () => {
    expect(stacks(profileForPgo(whole, 2, false))).toEqual({
      'b:7;c:7': 2n ** 60n + 10n,
      'a:7': 5n,
    });
  });

  test('without the lines of callees; 0 keeps all frames', () => {
    expect(stacks(profileForPgo(whole, 0, true))).toEqual({
      'a:7;b:7;c:0': 10n,
      'x:7;b:7;c:0': 2n ** 60n,
      'a:0': 5n,
    });
  });
});
