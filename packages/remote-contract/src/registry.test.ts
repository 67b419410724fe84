import { describe, expect, it } from 'vitest';
import { entryUrl, integrityOf, InvalidRegistry, parseRegistry, type Registry } from './index.ts';

const hash = (letter: string) => `sha384-${letter.repeat(64)}`;

const valid: Registry = {
  schema: 1,
  remotes: {
    profiling: {
      current: {
        version: '0.1.0-aaaa',
        contract: '^1.0.0',
        entry: 'profiling/0.1.0-aaaa/mf-manifest.json',
        integrity: { 'mf-manifest.json': hash('a'), 'js/page.js': hash('b') },
        size: 12,
        builtAt: '2026-01-02T03:04:05.000Z',
      },
    },
  },
};

/** The valid registry with one field of the current build replaced. */
const corrupted = (field: string, value: unknown) => ({
  schema: 1,
  remotes: { profiling: { current: { ...valid.remotes.profiling?.current, [field]: value } } },
});

describe('a registry', () => {
  it('is read as it is written', () => {
    expect(parseRegistry(JSON.parse(JSON.stringify(valid)))).toEqual(valid);
  });

  it.each([
    ['version', ''],
    ['contract', undefined],
    ['entry', 5],
    ['ahead', 'https://other.test/ahead.js'],
    ['ahead', '../ahead.js'],
    ['integrity', { 'x.js': 'sha256-short' }],
    ['size', -1],
    ['builtAt', 'yesterday'],
  ])('with a bad %s is refused by name', (field, value) => {
    expect(() => parseRegistry(corrupted(field, value))).toThrow(InvalidRegistry);
    expect(() => parseRegistry(corrupted(field, value))).toThrow(
      `remotes.profiling.current.${field}`,
    );
  });

  it.each([null, '<!doctype html>', { schema: 2, remotes: {} }])('is not %j', (value) => {
    expect(() => parseRegistry(value)).toThrow(InvalidRegistry);
  });
});

describe('the entry of a build', () => {
  const at = 'https://hsi.test/remotes/registry.json';

  it.each([
    ['profiling/1/mf-manifest.json', 'https://hsi.test/remotes/profiling/1/mf-manifest.json'],
    ['/other/mf-manifest.json', 'https://hsi.test/other/mf-manifest.json'],
    ['http://cdn.test/p/mf-manifest.json', 'http://cdn.test/p/mf-manifest.json'],
  ])('%s is %s', (entry, url) => {
    expect(entryUrl({ entry }, at)).toBe(url);
  });

  it.each(['javascript:alert(1)', 'data:application/json,{}', 'http://'])('is not %s', (entry) => {
    expect(() => entryUrl({ entry }, at)).toThrow(InvalidRegistry);
  });
});

describe('the integrity of a file', () => {
  const entry = 'https://hsi.test/remotes/profiling/1/mf-manifest.json';
  const build = { integrity: { 'mf-manifest.json': hash('a'), 'js/page.js': hash('b') } };

  it.each([
    [entry, hash('a')],
    ['https://hsi.test/remotes/profiling/1/js/page.js', hash('b')],
    ['https://hsi.test/remotes/profiling/1/js/page.js?t=1', hash('b')],
    ['https://hsi.test/remotes/profiling/1/js/other.js', undefined],
    ['https://hsi.test/remotes/profiling/1/toString', undefined],
    ['https://evil.test/remotes/profiling/1/js/page.js', undefined],
    ['https://hsi.test/js/page.js', undefined],
  ])('%s', (url, expected) => {
    expect(integrityOf(build, entry, url)).toBe(expected);
  });
});
