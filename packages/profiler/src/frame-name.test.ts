import { expect, it } from 'vitest';
import { frameName } from './frame-name.ts';

it.each([
  ['own code', 'nonMaxSuppression', '/app/src/boxes.ts', 'nonMaxSuppression (src/boxes.ts)'],
  ['no name', '(anonymous:L#12:C#5)', '/app/src/main.ts', '(anonymous:12) (src/main.ts)'],
  [
    'a dependency',
    'handler',
    '/app/node_modules/fastify/lib/route.js',
    'handler (fastify/lib/route.js)',
  ],
  [
    'a dependency of a dependency',
    'parse',
    '/app/node_modules/a/node_modules/@b/c/index.js',
    'parse (@b/c/index.js)',
  ],
  ['Node itself', 'listOnTimeout', 'node:internal/timers', 'listOnTimeout (node:internal/timers)'],
  ['outside of the root', 'run', '/home/me/other/lib/run.js', 'run (…/other/lib/run.js)'],
  ['near the top', 'run', '/run.js', 'run (…/run.js)'],
  ['a path of Windows', 'run', 'C:\\app\\node_modules\\x\\run.js', 'run (x/run.js)'],
  ['the runtime', 'Garbage Collection', '', 'Garbage Collection'],
  ['a native function', 'writev', '', 'writev'],
])('names %s', (_case, name, file, expected) => {
  expect(frameName(name, file, 12, '/app')).toBe(expected);
});
