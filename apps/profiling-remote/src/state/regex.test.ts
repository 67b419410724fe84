import { describe, expect, it } from 'vitest';
import { regexProblem } from './regex.ts';

describe('a pattern', () => {
  it.each([
    'prod.*',
    '(?i)PROD',
    '(?i:prod).*',
    '(?-i:prod)',
    '(?P<name>prod.*)',
    '\\Qa(b\\E.*',
    '\\Q(?=\\1\\E.*',
    '[[:alpha:]]+',
    '[(?=]',
    '\\(\\?=x',
    '\\\\d',
    '\\pL+',
    '',
  ])('%s is one for a server', (pattern) => {
    expect(regexProblem(pattern)).toBeUndefined();
  });

  it.each(['(', '*', '[a', 'a{2,1}', '(?P<'])('%s is none', (pattern) => {
    expect(regexProblem(pattern)).toBe('does not compile');
  });

  it.each(['(?=x)a', '(?!dev).*', '(?<=a)b', '(?<!a)b', '(a)\\1'])(
    '%s is one for browsers only',
    (pattern) => {
      expect(regexProblem(pattern)).toMatch(/RE2/);
    },
  );
});
