import { readFileSync } from 'node:fs';
import { type ProfileTables } from '@hsi/profile-model';
import { describe, expect, test } from 'vitest';
import { decodeFolded, sampledTime } from './folded.ts';
import { DEFAULT_LIMITS, MalformedProfile } from './malformed-profile.ts';
import { decodeSpeedscope } from './speedscope.ts';

function fixture(name: string): string {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8');
}

/** Stack traces and their sums, as folded lines. */
function folded({ samples, frames, strings }: ProfileTables): string[] {
  const sums = new Map<string, number>();
  for (let sample = 0; sample < samples.count; sample++) {
    const stack = [
      ...samples.stackFrames.subarray(samples.stackStart[sample], samples.stackStart[sample + 1]),
    ]
      .map((frame) => strings[frames.name[frame]!])
      .join(';');
    sums.set(stack, (sums.get(stack) ?? 0) + samples.values[sample]!);
  }
  return [...sums].map(([stack, sum]) => `${stack} ${sum}`).sort();
}

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';
function speedscope(profile: object, frames = [{ name: 'main' }, { name: 'work' }]): string {
  return JSON.stringify({ $schema: SCHEMA, shared: { frames }, profiles: [profile] });
}

describe('folded', () => {
  test('a sample is worth one period of CPU time', () => {
    const tables = decodeFolded('main;work 3\nmain 1\n\nmain;work 2\n', sampledTime(100));
    expect(folded(tables)).toEqual(['main 10000000', 'main;work 50000000']);
    expect(tables.sampleTypes).toEqual([{ type: 'cpu', unit: 'nanoseconds' }]);
    expect(tables.period).toBe(10_000_000);
  });

  test('frames may hold spaces', () => {
    expect(folded(decodeFolded(fixture('florence.folded'), sampledTime(100)))[0]).toBe(
      '<module> (pywork.py:13) 90000000',
    );
  });

  test('Windows line ends, and a count that fits exactly', () => {
    expect(folded(decodeFolded('a;b 1\r\nc 2\r\n', sampledTime(100)))).toEqual([
      'a;b 10000000',
      'c 20000000',
    ]);
    const bytes = { type: 'alloc_space', unit: 'bytes' };
    const measure = { sampleType: bytes, periodType: { type: '', unit: '' }, period: 0 };
    const { samples } = decodeFolded(`a ${2n ** 63n - 1n}`, measure);
    expect(samples.exactValues?.[0]).toBe(2n ** 63n - 1n);
  });

  test.each([
    ['', 'profile is empty'],
    ['\n\n', 'profile is empty'],
    ['main', 'line 1 has no count: frames, a space and a whole number are expected'],
    ['main 1\nmain;work ', 'line 2 has no count: frames, a space and a whole number are expected'],
    ['main 1.5', 'line 1 has the count "1.5", which is no whole number'],
    ['main 1e3', 'line 1 has the count "1e3", which is no whole number'],
    ['main -5', 'line 1 has the negative count "-5"'],
    ['main NaN', 'line 1 ends in "NaN", which is no count'],
    ['12', 'line 1 has a count and no stack trace'],
    ['a 1\n\n 12', 'line 3 has a count and no stack trace'],
    [
      'main 9223372036854775808',
      'line 1 has the count "9223372036854775808", which is 2^63 or more',
    ],
    [
      'main 922337203685477580',
      'line 1 counts 922337203685477580 samples, which is 2^63 ns or more',
    ],
  ])('refuses %j and says why', (text, why) => {
    expect(() => decodeFolded(text, sampledTime(100))).toThrow(
      new MalformedProfile(why.slice(0, why.indexOf(' ', 5)), why.slice(why.indexOf(' ', 5) + 1)),
    );
  });

  test('limits', () => {
    const limits = { ...DEFAULT_LIMITS, samples: 2, stackDepth: 2, stringBytes: 5 };
    expect(() => decodeFolded('a;b 1\nc 1', sampledTime(100), limits)).not.toThrow();
    expect(() => decodeFolded('a 1\nb 1\nc 1', sampledTime(100), limits)).toThrow(
      /more than 2 lines/,
    );
    expect(() => decodeFolded('a;b;c 1', sampledTime(100), limits)).toThrow(/more than 2 frames/);
    expect(() => decodeFolded('abcdef 1', sampledTime(100), limits)).toThrow(/longer than 5 bytes/);
  });
});

describe('speedscope', () => {
  test("py-spy's file, in seconds", () => {
    const lines = folded(decodeSpeedscope(fixture('rt-detr.speedscope.json'), 100));
    expect(lines.every((line) => line.startsWith('<module>'))).toBe(true);
    const total = lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    expect(total).toBeGreaterThan(5.9e9);
    expect(total).toBeLessThan(6.1e9);
  });

  test('counts without a unit are periods', () => {
    const text = speedscope({
      type: 'sampled',
      unit: 'none',
      samples: [[0], [0, 1]],
      weights: [1, 2],
    });
    expect(folded(decodeSpeedscope(text, 100))).toEqual(['main 10000000', 'main;work 20000000']);
  });

  test('events', () => {
    const text = speedscope({
      type: 'evented',
      unit: 'milliseconds',
      startValue: 0,
      endValue: 10,
      events: [
        { type: 'O', frame: 0, at: 0 },
        { type: 'O', frame: 1, at: 2 },
        { type: 'C', frame: 1, at: 5 },
        { type: 'C', frame: 0, at: 6 },
      ],
    });
    expect(folded(decodeSpeedscope(text, 100))).toEqual(['main 3000000', 'main;work 3000000']);
  });

  test('bytes are allocations', () => {
    const text = speedscope({ type: 'sampled', unit: 'bytes', samples: [[0]], weights: [512] });
    expect(decodeSpeedscope(text, 100).sampleTypes).toEqual([
      { type: 'alloc_space', unit: 'bytes' },
    ]);
  });

  const sampled = { type: 'sampled', unit: 'none', samples: [[0]], weights: [1] };
  test.each<[string, string]>([
    ['no JSON', 'hello'],
    ['no schema', '{}'],
    ['a list', '[]'],
    ['no frames', JSON.stringify({ $schema: SCHEMA, profiles: [] })],
    ['a frame without a name', speedscope(sampled, [{} as { name: string }])],
    ['a frame that is not there', speedscope({ ...sampled, samples: [[9]] })],
    ['a negative frame', speedscope({ ...sampled, samples: [[-1]] })],
    ['a negative weight', speedscope({ ...sampled, weights: [-1] })],
    ['a weight too few', speedscope({ ...sampled, weights: [] })],
    ['a weight that is no number', speedscope({ ...sampled, weights: ['1'] })],
    ['a weight above 2^53', speedscope({ ...sampled, unit: 'seconds', weights: [1e300] })],
    ['an unknown unit', speedscope({ ...sampled, unit: 'hours' })],
    ['an unknown type', speedscope({ ...sampled, type: 'dreamt' })],
    [
      'a frame closed that is not open',
      speedscope({
        type: 'evented',
        unit: 'none',
        startValue: 0,
        events: [{ type: 'C', frame: 0, at: 1 }],
      }),
    ],
    [
      'events that go back in time',
      speedscope({
        type: 'evented',
        unit: 'none',
        startValue: 5,
        events: [{ type: 'O', frame: 0, at: 1 }],
      }),
    ],
    [
      'a frame left open',
      speedscope({
        type: 'evented',
        unit: 'none',
        startValue: 0,
        events: [{ type: 'O', frame: 0, at: 1 }],
      }),
    ],
  ])('refuses %s', (_name, text) => {
    expect(() => decodeSpeedscope(text, 100)).toThrow(MalformedProfile);
  });
});
