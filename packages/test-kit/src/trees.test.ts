import { describe, expect, it } from 'vitest';
import {
  drawTree,
  foldedFromTree,
  samplesFromFolded,
  treeFromDrawing,
  treeFromFolded,
  UnreadableDrawing,
} from './trees.ts';

describe('trees from text', () => {
  it('merges folded lines', () => {
    const tree = treeFromFolded(`
      main;work;parse 2
      main;work 3
      main;work;parse 5
      main;./a b.mjs:run 1.5
    `);
    expect(drawTree(tree)).toEqual([
      'total 11.5',
      '  main 11.5',
      '    ./a b.mjs:run 1.5 self 1.5',
      '    work 10 self 3',
      '      parse 7 self 7',
    ]);
  });

  it('reads a drawing and writes it as folded lines', () => {
    const tree = treeFromDrawing(`
      main 1
        work
          sum 7
        parse 4
      idle 2
    `);
    expect(foldedFromTree(tree)).toEqual(['idle 2', 'main 1', 'main;parse 4', 'main;work;sum 7']);
    expect(foldedFromTree(treeFromFolded(foldedFromTree(tree).join('\n')))).toEqual(
      foldedFromTree(tree),
    );
  });

  it('gives a value without frames to the root', () => {
    expect(samplesFromFolded('5')).toEqual([{ frames: [], value: 5 }]);
    expect(drawTree(treeFromFolded('5'))).toEqual(['total 5 self 5']);
  });

  it('names the line that cannot be read', () => {
    expect(() => treeFromFolded('main 1\nmain;work')).toThrow(UnreadableDrawing);
    expect(() => treeFromFolded('main 1\nmain;work')).toThrow(/line 2/);
    expect(() => treeFromDrawing('main\n   work 1')).toThrow(/line 2.*two spaces/);
    expect(() => treeFromDrawing('main\n    work 1')).toThrow(/line 2/);
  });
});
