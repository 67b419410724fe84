import { expect, it } from 'vitest';
import { DrawLog, installDrawLog } from './draw-log.ts';

it('remembers rectangles and texts with their fill', () => {
  const log = new DrawLog();
  log.save();
  log.fillStyle = 'red';
  log.fillRect(0, 1, 2, 3);
  log.fillStyle = 'white';
  log.fillText('main', 4, 5);
  log.strokeRect(6, 7, 8, 9);
  log.clearRect(0, 0, 1, 1);
  log.restore();
  expect(log.rects).toEqual([{ x: 0, y: 1, width: 2, height: 3, fill: 'red' }]);
  expect(log.texts).toEqual([{ text: 'main', x: 4, y: 5, fill: 'white' }]);
  expect(log.calls.map(([method]) => method)).toEqual([
    'save',
    'fillRect',
    'fillText',
    'strokeRect',
    'clearRect',
    'restore',
  ]);
  expect(log.measureText('abc').width).toBe(18);
  log.reset();
  expect(log.calls).toEqual([]);
});

it('stands in for the context of each canvas and goes away again', () => {
  class Canvas {
    getContext(_kind: string): unknown {
      return 'original';
    }
  }
  const { logOf, restore } = installDrawLog(Canvas);
  const [one, two] = [new Canvas(), new Canvas()];
  expect(one.getContext('2d')).toBe(logOf(one));
  expect(one.getContext('2d')).not.toBe(two.getContext('2d'));
  expect(one.getContext('webgl')).toBeNull();
  restore();
  expect(one.getContext('2d')).toBe('original');
});
