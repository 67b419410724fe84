import { treeFromDrawing } from '@hsi/test-kit';
import { expect, it } from 'vitest';
import { sortFunctions, topFunctions } from './top-functions.ts';

const FUNCTIONS = topFunctions(
  treeFromDrawing(`
    main 1
      walk 2
        visit 4
          walk 8
      other 16
    walk 32
  `),
);

it('adds up each function, a recursive call once, and leaves out what the server did', () => {
  const rows = sortFunctions(FUNCTIONS, 'total', true);
  expect(rows.map(({ name, self, total }) => `${name} ${self} ${total}`)).toEqual([
    'walk 42 46',
    'main 1 31',
    'visit 4 12',
  ]);
});

it('sorts by any column, both ways', () => {
  const order = (...how: [column: 'name' | 'self' | 'total', descending: boolean]): string[] =>
    sortFunctions(FUNCTIONS, ...how).map(({ name }) => name);
  expect(order('name', false)).toEqual(['main', 'visit', 'walk']);
  expect(order('name', true)).toEqual(['walk', 'visit', 'main']);
  expect(order('self', false)).toEqual(['main', 'visit', 'walk']);
});
