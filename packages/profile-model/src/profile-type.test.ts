import { describe, expect, it } from 'vitest';
import {
  isSnapshot,
  parseProfileType,
  profileType,
  readProfileType,
  resolveKind,
} from './profile-type.ts';

const GO_CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const SDK_CPU = 'wall:cpu:nanoseconds:wall:nanoseconds';
const SDK_WALL = 'wall:wall:nanoseconds:wall:nanoseconds';

describe('profile type ids', () => {
  it('reads the five parts and writes them back', () => {
    expect(parseProfileType(GO_CPU)).toEqual({
      id: GO_CPU,
      name: 'process_cpu',
      sampleType: 'cpu',
      sampleUnit: 'nanoseconds',
      periodType: 'cpu',
      periodUnit: 'nanoseconds',
    });
    expect(profileType('wall', 'cpu', 'nanoseconds', 'wall', 'nanoseconds').id).toBe(SDK_CPU);
  });

  it('drops the part that marks a delta', () => {
    expect(parseProfileType(`${GO_CPU}:delta`).id).toBe(GO_CPU);
  });

  it('may have no units and no period', () => {
    expect(parseProfileType('samples:samples:::').id).toBe('samples:samples:::');
    expect(readProfileType('samples:samples:count::')?.sampleUnit).toBe('count');
  });

  it.each([
    '',
    'nope',
    'a:b:c:d',
    `${GO_CPU}:other`,
    '::::',
    ':cpu:nanoseconds::',
    'a:b:c:d:e:f:g',
  ])('refuses %j', (id) => {
    expect(() => parseProfileType(id)).toThrow('profile-type selection must be of the form');
    expect(readProfileType(id)).toBeUndefined();
  });
});

describe('CPU and memory', () => {
  it('prefer the uniform type to the one of the Node SDK', () => {
    expect(resolveKind('cpu', [SDK_CPU, GO_CPU])).toBe(GO_CPU);
    expect(resolveKind('cpu', [SDK_WALL, SDK_CPU])).toBe(SDK_CPU);
  });

  it('are absent when a service sends no such profiles', () => {
    expect(resolveKind('memory', [GO_CPU, SDK_WALL])).toBeUndefined();
  });

  it.each([
    ['memory:inuse_space:bytes:space:bytes', true],
    ['memory:inuse_objects:count:inuse_space:bytes', true],
    ['goroutines:goroutine:count:goroutine:count', true],
    ['memory:alloc_space:bytes:space:bytes', false],
    [GO_CPU, false],
  ])('%s is a snapshot: %s', (id, expected) => {
    expect(isSnapshot(id)).toBe(expected);
  });
});
