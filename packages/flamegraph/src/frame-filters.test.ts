import { treeFromDrawing } from '@hsi/test-kit';
import { describe, expect, it } from 'vitest';
import {
  FRAME_PRESETS,
  frameFilter,
  hiddenBy,
  hiddenShare,
  nameFilter,
  textFilter,
} from './frame-filters.ts';

describe('presets', () => {
  it.each([
    ['node:internal/timers:processTimers:504', 'node'],
    [':runMicrotasks:0', 'node'],
    ['/srv/x/node_modules/pkg/a.js:fn:31', 'modules'],
    ['_bootstrap (threading.py:973)', 'python'],
    ['run (/usr/lib/python3.12/asyncio/runners.py:118)', 'python'],
    ['<frozen importlib._bootstrap>:_call_with_frames_removed:2', 'python'],
    ['__libc_start_main', 'libc'],
    ['/usr/lib/libc.so.6:clone', 'libc'],
    ['memcpy', 'libc'],
    ['cudaLaunchKernel', 'cuda'],
    ['cuLaunchKernel', 'cuda'],
    ['at::cuda::blas::gemm', 'cuda'],
    ['runtime.mallocgc', 'go'],
    ['./work.mjs:loadModel:11', undefined],
    [':set context:0', 'node'],
    ['setImmediate (node:timers)', 'node'],
    ['Reply.send (fastify/lib/reply.js)', 'modules'],
    ['run (apps/backend/src/zoo/zoo.ts)', undefined],
    ['start (dist/main.mjs)', undefined],
    ['Node.js', undefined],
    [':(idle):0', undefined],
    [':Garbage Collection:0', undefined],
    [':Non JS threads activity:0', undefined],
    [':(garbage collector):0', undefined],
    ['forward (/x/site-packages/torch/nn/module.py:9)', undefined],
    ['detect (pywork.py:11)', undefined],
    ['main.runtime', undefined],
    ['customer.free', undefined],
    ['cursor', undefined],
  ])('%s is hidden by %s', (name, id) => {
    expect(FRAME_PRESETS.filter((preset) => preset.hides(name)).map((preset) => preset.id)).toEqual(
      id === undefined ? [] : [id],
    );
  });
});

it('hides what any filter hides, presets and texts of one’s own', () => {
  const hides = hiddenBy(['node', textFilter('Parse'), 'unknown'])!;
  expect(['node:fs:open:1', 'main.parse', 'main.run'].map(hides)).toEqual([true, true, false]);
  expect(hiddenBy(['unknown', textFilter('')])).toBeUndefined();
  expect(frameFilter(textFilter('Parse'))?.title).toBe('"Parse"');
  const one = frameFilter(nameFilter('./a.mjs:run:1'))!;
  expect([one.title, one.hides('./a.mjs:run:1'), one.hides('./a.mjs:run:12')]).toEqual([
    'run',
    true,
    false,
  ]);
  expect(frameFilter('nonsense')).toBeUndefined();
});

it('tells the share that a filter hides', () => {
  const tree = treeFromDrawing(`
    main 60
      node:fs:read:1 40
  `);
  expect(hiddenShare(tree, frameFilter('node')!)).toBe(0.4);
  expect(hiddenShare(treeFromDrawing(''), frameFilter('node')!)).toBe(0);
});
