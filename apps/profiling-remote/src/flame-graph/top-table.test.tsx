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

const manyFunctions = treeFromFolded(
  Array.from({ length: 5_000 }, (_, at) => `f${at} ${5_000 - at}`).join('\n'),
);
const focused = (): string => document.activeElement?.textContent ?? '';

it('is one stop of Tab, in which keys go from row to row, out of sight too', async () => {
  show({ tree: manyFunctions, height: 360 });
  await userEvent.tab();
  await userEvent.tab();
  await userEvent.tab();
  await userEvent.tab();
  expect(focused()).toBe('f0');
  await userEvent.keyboard('{ArrowDown}{ArrowDown}');
  expect(focused()).toBe('f2');
  await userEvent.keyboard('{End}');
  expect(focused()).toBe('f4999');
  await userEvent.keyboard('{ArrowDown}{ArrowUp}{PageUp}');
  expect(focused()).toBe('f4988');
  await userEvent.keyboard('{Home}{ArrowUp}');
  expect(focused()).toBe('f0');
  await userEvent.tab();
  expect(document.activeElement).toBe(document.body);
});

it('keeps the keyboard on a row that exists when the search makes the list shorter', async () => {
  const { rerender } = render(<TopTable tree={TREE} unit="count" query="" />);
  await userEvent.click(screen.getByRole('button', { name: 'main' }));
  rerender(<TopTable tree={TREE} unit="count" query="parse" />);
  expect(screen.getByRole('button', { name: 'parse' }).tabIndex).toBe(0);
});

it('puts a row in the middle of a sandwich, by key and by button', async () => {
  const onSandwich = vi.fn();
  show({ onSandwich, onQueryChange: vi.fn() });
  await userEvent.click(screen.getByRole('button', { name: /^parse/ }));
  await userEvent.keyboard('s');
  await userEvent.click(screen.getByRole('button', { name: /^Sandwich: .* of main/ }));
  expect(onSandwich.mock.calls).toEqual([['parse'], ['main']]);
});

it('counts what frame filters hide as its callers’', () => {
  show({ hidden: ['text:mat'] });
  expect(rows()).toEqual(['main | 80 80.0% | 100 100.0%', 'parse | 20 20.0% | 20 20.0%']);
});

it('tells what the server left out', () => {
  const tree = treeFromDrawing(`
    main 10
      other 30
  `);
  render(<TopTable tree={tree} unit="count" query="" />);
  expect(screen.getByText(/^75.0% of total hidden/)).toBeTruthy();
  expect(rows()).toEqual(['main | 10 25.0% | 40 100.0%']);
});

it('finds and marks a function whose name is too long for an address', async () => {
  const onQueryChange = vi.fn();
  const name = 'x'.repeat(3_000);
  const tree = treeFromFolded(`${name} 1`);
  const { rerender } = render(
    <TopTable tree={tree} unit="count" query="" onQueryChange={onQueryChange} />,
  );
  await userEvent.click(screen.getByRole('button', { name }));
  const query = onQueryChange.mock.lastCall![0] as string;
  expect(query.length).toBeLessThan(200);
  rerender(<TopTable tree={tree} unit="count" query={query} onQueryChange={onQueryChange} />);
  await userEvent.click(screen.getByRole('button', { pressed: true }));
  expect(onQueryChange).toHaveBeenLastCalledWith('');
});
