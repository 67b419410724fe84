import { treeFromDrawing } from '@hsi/test-kit';
import { describe, expect, it } from 'vitest';
import { childrenOf, findStack, layOut, nodeName, rowCount, stackOf } from './flame-view.ts';
import { drawRows } from './testing/draw-rows.ts';

describe('layOut', () => {
  it('puts children side by side from the left edge of their parent', () => {
    const view = layOut(
      treeFromDrawing(`
        main 2
          parse 3
            read 1
          work 4
        gc 5
      `),
    );
    expect(drawRows(view)).toEqual([
      'total 0-15',
      'gc 0-5 | main 5-15',
      'parse 5-9 | work 9-13',
      'read 5-6',
    ]);
  });

  it('never makes a row of what the server left out', () => {
    const view = layOut(
      treeFromDrawing(`
        main 1
          alpha 2
          other 3
          zeta 4
        other 5
      `),
    );
    expect(drawRows(view)).toEqual(['total 0-15', 'main 0-10', 'alpha 0-2 | zeta 2-6']);
    expect(view.truncated).toMatchObject({ frames: 2, total: 8 });
    const main = findStack(view, ['main'])!;
    expect(view.truncated.below![main]).toBe(3);
    const [underMain] = view.truncated.nodes;
    expect([view.start[underMain!], view.total[underMain!]]).toEqual([6, 3]);
  });

  it('keeps a function that is called `other` and calls something', () => {
    const view = layOut(
      treeFromDrawing(`
        other 1
          work 2
      `),
    );
    expect(drawRows(view)).toEqual(['total 0-3', 'other 0-3', 'work 0-2']);
    expect(view.truncated.frames).toBe(0);
  });

  it('has no rows without a value', () => {
    expect(rowCount(layOut(treeFromDrawing('')))).toBe(0);
    expect(rowCount(layOut(treeFromDrawing('main 0')))).toBe(0);
  });
});

it('finds a frame by its stack trace and the stack trace of a frame', () => {
  const view = layOut(
    treeFromDrawing(`
      main
        a 1
          x 1
        b 1
          x 1
    `),
  );
  const node = findStack(view, ['main', 'b', 'x'])!;
  expect(stackOf(view, node)).toEqual(['main', 'b', 'x']);
  expect(findStack(view, ['main', 'x'])).toBeUndefined();
  expect(findStack(view, [])).toBe(view.root);
  expect(childrenOf(view, findStack(view, ['main'])!).map((at) => nodeName(view, at))).toEqual([
    'a',
    'b',
  ]);
});
