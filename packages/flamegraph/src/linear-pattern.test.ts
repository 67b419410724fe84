import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearPattern } from './linear-pattern.ts';

/** Regular expressions of the kinds that people write, nested at will. */
const { pattern } = fc.letrec<{ pattern: string; one: string; sequence: string }>((tie) => ({
  one: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', 'K', ':', '.', '\\w', '\\W', '\\d', '\\s', '\\.', '{', ']'),
    fc.constantFrom('[ab]', '[^a]', '[\\w:]', '[]', '[^]', '\\x41', '\\u0062', '\\b', '\\B'),
    fc.constantFrom('^', '$', '\\n', '[\\]a]'),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
  ),
  sequence: fc
    .array(
      fc
        .tuple(
          tie('one'),
          fc.constantFrom('', '', '', '*', '+', '?', '*?', '{2}', '{0}', '{1,}', '{0,2}', '{,2}'),
        )
        .map(([one, quantifier]) => (/^(?:[$^]|\\[bB])$/.test(one) ? one : one + quantifier)),
      { maxLength: 3 },
    )
    .map((parts) => parts.join('')),
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((all) => all.join('|')),
}));
const text = fc.string({
  unit: fc.constantFrom(
    'a',
    'b',
    'A',
    'k',
    '\u212a',
    ':',
    '.',
    '1',
    ' ',
    '\n',
    '{',
    ',',
    '2',
    '}',
    ']',
    'é',
    '😀',
  ),
  maxLength: 8,
});

describe('a pattern in linear time', () => {
  it('matches what the browser matches', () => {
    fc.assert(
      fc.property(
        pattern,
        fc.constantFrom('', 'i', 'm', 's', 'ims', 'u', 'iu', 'isu'),
        fc.array(text, { maxLength: 8 }),
        (source, flags, texts) => {
          let browsers: RegExp;
          try {
            browsers = new RegExp(source, flags);
          } catch {
            return;
          }
          const matches = linearPattern(source, flags);
          for (const one of texts) expect([one, matches(one)]).toEqual([one, browsers.test(one)]);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['(?<verb>get|set)\\w*', '', 'xgetter'],
    ['\\p{Lu}\\u{1f600}', 'u', 'A😀'],
    ['^\\ud83d\\ude00$', 'u', '😀'],
    ['\\u0041\\u0042', 'u', 'AB'],
    ['\\cJ\\0', '', '\n\0'],
    ['\\U0041', 'i', 'u0041'],
  ])('reads %s', (source, flags, match) => {
    const matches = linearPattern(source, flags);
    expect([matches(match), matches('---')]).toEqual([true, false]);
  });

  it.each(['(a)\\1', '(?=a)b*', '(?<!a)b*', '\\k', '\\01', '\\c'])('refuses %s', (source) => {
    expect(() => linearPattern(source, '')).toThrow(/looks ahead, behind or back/);
  });

  it.each(['((a{100}){100}){100}', '(((){9999}){9999}){9999}', 'a{4294967295}'])(
    'refuses to unroll %s',
    (source) => {
      expect(() => linearPattern(source, '')).toThrow(/repeats too much/);
    },
  );

  it.each(['(\\w|\\w)*!', '(a+)+!', '(a|a?)+b', '.*.*.*.*.*.*.*!', '(a?){30}a{30}b'])(
    'goes through a long name with %s',
    (source) => {
      expect(linearPattern(source, '')('a'.repeat(20_000))).toBe(false);
    },
  );

  it('gives up where there are too many ways', () => {
    const matches = linearPattern('[ab]*a[ab]{300}!', '');
    let state = 1;
    const letter = () => ((state = (state * 16_807) % 2_147_483_647) % 2 === 0 ? 'a' : 'b');
    const name = Array.from({ length: 100_000 }, letter).join('');
    expect(() => matches(name)).toThrow(/too many ways/);
  });
});
