import { PyroscopeError } from '@hsi/pyroscope-api';
import { drawTree, treeFromFolded } from '@hsi/test-kit';
import { describe, expect, it, test } from 'vitest';
import { recordedTree } from '../../testing/fake-pyroscope.ts';
import { describeFailure, isPassing } from './failure.ts';
import { draftProblem, filterText, filterableLabels, toDraft, toMatcher } from './filters.ts';
import { splitIdle } from './idle.ts';
import { isCpuTime, isLevel, resolveType, typeOptions, typeTitle } from './profile-types.ts';
import { collectServices, modelsOf } from './services.ts';
import { snippets } from './snippets.ts';
import { emptySpanReasons, mayStillArrive, spanDuration } from './span-answer.ts';

const CPU = 'process_cpu:cpu:nanoseconds:cpu:nanoseconds';
const WALL = 'wall:cpu:nanoseconds:wall:nanoseconds';
const MEMORY = 'memory:inuse_space:bytes:space:bytes';
const GOROUTINES = 'goroutines:goroutine:count:goroutine:count';

describe('idle frames', () => {
  it('go with everything below them, and their share is told', () => {
    const { tree, idleShare } = splitIdle(
      treeFromFolded('main;work 30\n:(idle):0 60\nmain;(idle) 10'),
    );
    expect(drawTree(tree)).toEqual(['total 30', '  main 30', '    work 30 self 30']);
    expect(idleShare).toBeCloseTo(0.7);
  });

  it('are a third of the recorded backend', () => {
    expect(splitIdle(recordedTree('backendCpu')).idleShare).toBeCloseTo(0.3342, 4);
  });

  it('are not what merely has the word in its name', () => {
    expect(splitIdle(treeFromFolded('waitUntil(idle)ness 5\nidle 3')).idleShare).toBe(0);
    expect(splitIdle(treeFromFolded('')).idleShare).toBe(0);
  });
});

describe('profile types', () => {
  it('resolve per service', () => {
    expect(resolveType('cpu', [WALL, MEMORY])).toBe(WALL);
    expect(resolveType('cpu', [WALL, CPU])).toBe(CPU);
    expect(resolveType('memory', [WALL])).toBeUndefined();
    expect(resolveType(GOROUTINES, [])).toBe(GOROUTINES);
  });

  it('are named for people', () => {
    expect(typeTitle('cpu')).toBe('CPU');
    expect(typeTitle(GOROUTINES)).toBe('goroutine (goroutines, count)');
    expect(typeTitle('nonsense')).toBe('nonsense');
  });

  it('are amounts or levels, of time or not', () => {
    expect([CPU, MEMORY, GOROUTINES, 'cpu', 'memory'].map(isLevel)).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
    expect([CPU, WALL, MEMORY, 'cpu'].map(isCpuTime)).toEqual([true, true, false, true]);
  });

  it('are offered once: the kinds, then what no service counts as a kind', () => {
    const services = [{ types: [CPU, MEMORY, WALL] }, { types: [WALL] }, { types: [GOROUTINES] }];
    expect(typeOptions(services, 'cpu').map(({ value }) => value)).toEqual([
      'cpu',
      'memory',
      WALL,
      GOROUTINES,
    ]);
    expect(typeOptions([], 'a:b:c:d:e').at(-1)).toEqual({ value: 'a:b:c:d:e', label: 'b (a, c)' });
  });
});

describe('services', () => {
  it('are those of the catalog, then the others by name', () => {
    const services = collectServices([
      { service_name: 'zebra', __profile_type__: CPU },
      { service_name: 'florence', __profile_type__: CPU },
      { service_name: 'ant' },
      { __profile_type__: CPU },
    ]);
    expect(services.map(({ displayName, types }) => [displayName, types.length])).toEqual([
      ['Backend', 0],
      ['RT-DETR', 0],
      ['Nemotron', 0],
      ['Florence', 1],
      ['ant', 0],
      ['zebra', 1],
    ]);
  });

  it('have models per type', () => {
    const of = (type: string, model: string) => ({
      service_name: 'nemotron-backend',
      __profile_type__: type,
      model,
    });
    const [backend] = collectServices([of(CPU, 'b'), of(CPU, 'a'), of(CPU, ''), of(WALL, 'c')]);
    expect(backend?.models.get(CPU)).toEqual(['a', 'b']);
    expect(modelsOf(backend!)).toEqual(['a', 'b', 'c']);
  });
});

describe('filters', () => {
  test.each([
    ['environment = production', { name: 'environment', operator: '=', value: 'production' }],
    ['model !~ clip.*', { name: 'model', operator: '!~', value: 'clip.*' }],
    ['model is empty', { name: 'model', operator: '=', value: '' }],
    ['model is not empty', { name: 'model', operator: '!=', value: '' }],
  ] as const)('%s reads as it is written', (text, matcher) => {
    expect(filterText(matcher)).toBe(text);
    expect(toMatcher(toDraft(matcher))).toEqual(matcher);
  });

  test.each([
    [{ name: ' ', rule: '=', value: 'a' }, 'Name a label.'],
    [{ name: 'a', rule: '=', value: '' }, 'Give a value, or choose "is empty".'],
    [
      { name: 'a', rule: '=~', value: '(' },
      'This is not a regular expression for the server: it does not compile.',
    ],
    [{ name: 'a', rule: '=~', value: '(?i)x' }, undefined],
    [{ name: 'a', rule: 'is empty', value: '' }, undefined],
  ] as const)('%o: %s', (draft, problem) => {
    expect(draftProblem(draft)).toBe(problem);
  });

  it('are not offered for labels of the server', () => {
    expect(filterableLabels(['service_name', '__type__', 'model', 'environment'])).toEqual([
      'environment',
      'model',
    ]);
  });
});

describe('failures', () => {
  const of = (code: string, status = 400, message = 'parse error') =>
    new PyroscopeError(message, code, status);

  test.each([
    [of('unavailable', 0), /cannot reach the server/, true],
    [of('unavailable', 503), /\(status 503\)/, true],
    [of('deadline_exceeded', 0, 'No answer within 30 s.'), /within 30 s/, true],
    [of('invalid_argument'), /refused the question: parse error\.$/, false],
    [of('permission_denied', 403), /refused access \(status 403\)/, false],
    [of('unimplemented', 404), /does not know this question/, false],
    [of('internal', 500, 'disk full!'), /^disk full!$/, true],
    [new TypeError('x is undefined'), /x is undefined/, false],
  ])('%o', (error, what, passing) => {
    const failure = describeFailure(error);
    expect(failure.what).toMatch(what);
    expect(failure.advice).toMatch(/\.$/);
    expect([failure.passing, isPassing(error)]).toEqual([passing, passing]);
  });
});

describe('a span without samples', () => {
  it('may still get its samples half a minute after it ended', () => {
    expect(mayStillArrive(100_000, 129_999)).toBe(true);
    expect(mayStillArrive(100_000, 130_000)).toBe(false);
  });

  it('is told from its length when that is known', () => {
    expect(spanDuration('?spanId=1&durUs=2500')).toBe(2.5);
    expect(spanDuration('?durUs=long')).toBeUndefined();
    expect(emptySpanReasons(2.5, undefined)[0]).toBe(
      'The span lasted 2.5 ms, less than the 10 ms between two samples.',
    );
    expect(emptySpanReasons(4_000, undefined)[0]).toContain('long enough to be sampled');
    expect(emptySpanReasons(undefined, undefined)[0]).toContain('may be shorter');
  });

  it('is told from a server that cannot select spans', () => {
    expect(emptySpanReasons(1, of404())).toEqual([
      'This profile server cannot select the samples of a span.',
    ]);
  });

  const of404 = () => new PyroscopeError('unknown', 'unimplemented', 404);
});

test('the snippets name the server that they send to', () => {
  for (const { code, language } of snippets('http://p:4040')) {
    expect(code, language).toContain('http://p:4040');
  }
});
