import { describe, expect, it } from 'vitest';
import { FrameNames, nameWithoutLine, parseFrameName, shortFile } from './frame-name.ts';

describe('parseFrameName', () => {
  it.each([
    ['./work.mjs:loadModel:11', 'loadModel', 'work.mjs:11', './work.mjs'],
    ['node:internal/timers:processTimers:504', 'processTimers', 'node:internal/timers:504', 'node'],
    [
      'node:internal/util:(anonymous:L#427:C#24):427',
      '(anonymous L427)',
      'node:internal/util:427',
      'node',
    ],
    ['/srv/x/node_modules/pkg/dist/a.js:fn:31', 'fn', 'a.js:31', 'pkg'],
    ['/srv/node_modules/a/node_modules/@b/c/d.js:get length:7', 'get length', 'd.js:7', '@b/c'],
    ['C:\\srv\\app.js:run:3', 'run', 'app.js:3', 'C:\\srv\\app.js'],
    [':(idle):0', '(idle)', '', '(native)'],
    [':(anonymous):0', '(anonymous)', '', '(native)'],
    ['a.js::4', '(anonymous)', 'a.js:4', 'a.js'],
    ['detect (pywork.py:11)', 'detect', 'pywork.py:11', 'pywork.py'],
    [
      'decode.<locals>.<genexpr> (/x/site-packages/torch/nn/m.py:9)',
      'decode.<locals>.<genexpr>',
      'm.py:9',
      'torch',
    ],
    ['work/detect.py:detect', 'detect', 'detect.py', 'work'],
    ['runtime.mallocgc', 'runtime.mallocgc', '', 'runtime'],
    ['net/http.(*conn).serve', 'http.(*conn).serve', '', 'net/http'],
    ['github.com/x/y/v2.(*T).Method.func1', 'v2.(*T).Method.func1', '', 'github.com/x/y/v2'],
    ['main.run(/etc/passwd)', 'main.run(/etc/passwd)', '', 'main'],
    ['at::native::add(a, b)', 'at::native::add(a, b)', '', 'at'],
    ['<core::fmt::Formatter>::write', '<core::fmt::Formatter>::write', '', 'core'],
    ['malloc', 'malloc', '', ''],
    ['', '(no name)', '', ''],
    [' ', '(no name)', '', ''],
    ['void at::native::add<int>(int)', 'void at::native::add<int>(int)', '', 'at'],
    ['(anonymous namespace)::run', '(anonymous namespace)::run', '', '(anonymous namespace)'],
    ['run (apps/backend/src/zoo/zoo.ts)', 'run', 'zoo.ts', 'apps/backend/src/zoo'],
    ['(anonymous:12) (src/main.ts)', '(anonymous:12)', 'main.ts', 'src'],
    ['Reply.send (fastify/lib/reply.js)', 'Reply.send', 'reply.js', 'fastify'],
    ['end (@opentelemetry/sdk/build/Span.js)', 'end', 'Span.js', '@opentelemetry/sdk'],
    ['setImmediate (node:timers)', 'setImmediate', 'node:timers', 'node'],
    ['start (dist/main.mjs)', 'start', 'main.mjs', 'dist'],
    ['Node.js', 'Node.js', '', ''],
    ['CPU time between samples', 'CPU time between samples', '', ''],
    ['🎥 записать (قناة)', '🎥 записать (قناة)', '', ''],
  ])('%s', (name, fn, file, packageName) => {
    const parsed = parseFrameName(name);
    expect([parsed.function, shortFile(parsed), parsed.package]).toEqual([fn, file, packageName]);
  });
});

it('parses a name once', () => {
  const names = new FrameNames(['total', 'main.run']);
  expect(names.at(1)).toBe(names.at(1));
});

it.each([
  ['./b.mjs:(anonymous:L#4:C#1):4', './b.mjs:(anonymous)'],
  ['./b.mjs:load:7', './b.mjs:load'],
  ['detect (work.py:3)', 'detect (work.py)'],
  ['(anonymous:12) (src/main.ts)', '(anonymous) (src/main.ts)'],
  ['runtime.mallocgc', 'runtime.mallocgc'],
])('%s without its line is %s', (name, short) => {
  expect(nameWithoutLine(name)).toBe(short);
});
