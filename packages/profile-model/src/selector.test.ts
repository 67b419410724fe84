import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelSetKey, sortedLabels } from './label-set.ts';
import { compileMatchers, formatSelector, MATCHER_OPERATORS, parseSelector } from './selector.ts';

const CLIP = { service_name: 'nemotron-backend', model: 'clip-vit-l' };

describe('selectors', () => {
  it.each([
    ['', []],
    ['{}', []],
    [' { } ', []],
    ['{a="b"}', [['a', '=', 'b']]],
    ['{a="b",}', [['a', '=', 'b']]],
    [
      '{ a != "b" , c=~"d.*",e!~\'f\' }',
      [
        ['a', '!=', 'b'],
        ['c', '=~', 'd.*'],
        ['e', '!~', 'f'],
      ],
    ],
    [
      'up{a="b"}',
      [
        ['__name__', '=', 'up'],
        ['a', '=', 'b'],
      ],
    ],
    ['up', [['__name__', '=', 'up']]],
    ['{"otel.scope.name"="x"}', [['otel.scope.name', '=', 'x']]],
    ['{a="say \\"hi\\"\\n\\u00e9\\x41\\101"}', [['a', '=', 'say "hi"\né' + 'AA']]],
    ['{a=`c:\\d`}', [['a', '=', 'c:\\d']]],
    [
      '{"up", a="b"}',
      [
        ['__name__', '=', 'up'],
        ['a', '=', 'b'],
      ],
    ],
    ['{a="b#c" # of the backend\n} # all', [['a', '=', 'b#c']]],
  ])('reads %s', (text, expected) => {
    expect(parseSelector(text).map((m) => [m.name, m.operator, m.value])).toEqual(expected);
  });

  it.each([
    ['{service_name=', '1:15: parse error: unexpected end of input, expected a quoted value'],
    ['{a="b"', 'expected "," or "}"'],
    ['{a="b"} x', 'unexpected text after "}"'],
    ['{a~"b"}', 'expected one of = != =~ !~'],
    ['{="b"}', 'expected a label name'],
    ['{a="b" c="d"}', 'expected "," or "}"'],
    ['{a="\\q"}', 'invalid escape \\q'],
    ['{a="\\UFFFFFFFF"}', 'invalid escape'],
    ['{a="b\nc"}', 'expected a quoted value'],
    ['"x"', 'expected "{"'],
  ])('refuses %s', (text, reason) => {
    expect(() => parseSelector(text)).toThrow(reason);
  });

  it('read back what they write', () => {
    const matcher = fc.record({
      name: fc.string({ minLength: 1, unit: 'binary' }),
      operator: fc.constantFrom(...MATCHER_OPERATORS),
      value: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 4 }), (matchers) => {
        expect(parseSelector(formatSelector(matchers))).toEqual(matchers);
      }),
    );
  });
});

describe('matchers', () => {
  it.each([
    ['{model="clip-vit-l"}', true],
    ['{model="clip"}', false],
    ['{model=~"clip"}', false],
    ['{model=~"clip.*"}', true],
    ['{model=~"a|clip-vit-l"}', true],
    ['{model!="clip-vit-l"}', false],
    ['{model!~"clip.*"}', false],
    ['{region=""}', true],
    ['{region!=""}', false],
    ['{region=~".*"}', true],
    ['{toString=""}', true],
    ['{service_name="nemotron-backend",model="other"}', false],
  ])('%s', (selector, expected) => {
    expect(compileMatchers(parseSelector(selector))(CLIP)).toBe(expected);
  });

  it('refuse a regular expression that does not compile', () => {
    expect(() => compileMatchers(parseSelector('{a=~"("}'))).toThrow(SyntaxError);
  });
});

describe('label sets', () => {
  it('have one key whatever their order', () => {
    expect(labelSetKey({ b: '2', a: '1' })).toBe(labelSetKey({ a: '1', b: '2' }));
    expect(sortedLabels({ b: '2', a: '1' })).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('have different keys when they differ', () => {
    expect(labelSetKey({ a: '1,b=2' })).not.toBe(labelSetKey({ a: '1', b: '2' }));
  });
});
