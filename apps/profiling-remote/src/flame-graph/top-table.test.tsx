import { render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { treeFromDrawing, treeFromFolded } from '@hsi/test-kit';
import { expect, it, vi } from 'vitest';
import { TopTable, type TopTableProps } from './top-table.tsx';

const TREE = treeFromDrawing(`
  main 10
    ./work.mjs:mat:5 70
    parse 20
`);

function show(props: Partial<TopTableProps> = {}): void {
  render(<TopTable tree={TREE} unit="count" query="" {...props} />);
}

const rows = (): string[] =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) =>
      within(row)
        .getAllByRole('cell')
        .map((cell) => cell.textContent)
        .join(' | '),
    );

it('lists functions by self value, with shares', () => {
  show();
  expect(rows()).toEqual([
    'matwork.mjs:5 | 70 70.0% | 70 70.0%',
    'parse | 20 20.0% | 20 20.0%',
    'main | 10 10.0% | 100 100.0%',
  ]);
});

it('sorts by a column and turns the order around', async () => {
  show();
  const total = screen.getByRole('columnheader', { name: /Total/ });
  await userEvent.click(within(total).getByRole('button'));
  expect(rows()[0]).toMatch(/^main/);
  expect(total.getAttribute('aria-sort')).toBe('descending');
  await userEvent.click(within(total).getByRole('button'));
  expect(rows()[0]).toMatch(/^parse/);
  expect(total.getAttribute('aria-sort')).toBe('ascending');
});

it('lists what the search matches', () => {
  show({ query: 'work' });
  expect(rows()).toHaveLength(1);
});

it('keeps the list when one function is searched for by its name, and marks it', () => {
  show({ query: '"parse"' });
  expect(rows()).toHaveLength(3);
  expect(screen.getByRole('button', { pressed: true }).textContent).toBe('parse');
});

it('says when nothing matches', () => {
  show({ query: 'zzzz' });
  expect(screen.getByText('No function matches the search.')).toBeTruthy();
});

it('searches for a row that is chosen', async () => {
  const onQueryChange = vi.fn();
  show({ onQueryChange });
  await userEvent.click(screen.getByRole('button', { name: /parse/ }));
  expect(onQueryChange).toHaveBeenCalledExactlyOnceWith('"parse"');
});

it('hands the chosen row over, and takes it back', async () => {
  const onSelect = vi.fn();
  show({ onSelect, selected: 'parse' });
  await userEvent.click(screen.getByRole('button', { name: /main/ }));
  await userEvent.click(screen.getByRole('button', { name: /parse/ }));
  expect(onSelect.mock.calls).toEqual([['main'], [undefined]]);
});

it('keeps few rows in the document', () => {
  const tree = treeFromFolded(Array.from({ length: 5_000 }, (_, at) => `f${at} 1`).join('\n'));
  show({ tree });
  expect(rows().length).toBeLessThan(40);
  expect(screen.getByRole('table').getAttribute('aria-rowcount')).toBe('5001');
});
