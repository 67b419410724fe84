import { expect, test } from 'vitest';
import { IdIndex } from './id-index.ts';

test('finds messages by ids that count up, and by any other', () => {
  const ids = [1, 2, 3, 4_000, 2 ** 40, Number.MAX_SAFE_INTEGER];
  const index = new IdIndex(ids.length);
  expect(ids.map((id, at) => index.add(id, at))).toEqual(ids.map(() => true));
  expect(ids.map((id) => index.indexOf(id))).toEqual([0, 1, 2, 3, 4, 5]);
  expect([4, 13, 3_999, 2 ** 40 + 1].map((id) => index.indexOf(id))).toEqual([-1, -1, -1, -1]);
});

test('takes no id twice', () => {
  const index = new IdIndex(2);
  for (const id of [1, 2 ** 40]) {
    expect([index.add(id, 0), index.add(id, 1), index.indexOf(id)]).toEqual([true, false, 0]);
  }
});
