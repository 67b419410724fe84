import { act, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { FlameSearch } from './flame-search.tsx';

function show(start = '') {
  const changed = vi.fn();
  const stepped = vi.fn();
  let set: (query: string) => void = () => undefined;
  function Search() {
    const [query, setQuery] = useState(start);
    set = setQuery;
    const onQueryChange = (next: string): void => {
      changed(next);
      setQuery(next);
    };
    return <FlameSearch query={query} onQueryChange={onQueryChange} onStep={stepped} />;
  }
  render(<Search />);
  const field = screen.getByRole<HTMLInputElement>('textbox', { name: 'Search functions' });
  return { field, changed, stepped, set: (query: string) => act(() => set(query)) };
}

const pattern = (): HTMLElement => screen.getByRole('button', { name: 'Regular expression' });

it('shows letters at once, and searches when they are typed', async () => {
  const { field, changed } = show();
  await userEvent.type(field, 'parse');
  expect(field.value).toBe('parse');
  await waitFor(() => expect(changed).toHaveBeenLastCalledWith('parse'));
});

it('searches at once for what is typed when Enter asks for the next match', async () => {
  const { field, changed, stepped } = show();
  await userEvent.type(field, 'ab{Enter}');
  expect(changed).toHaveBeenLastCalledWith('ab');
  expect(stepped).toHaveBeenLastCalledWith(1, 'ab');
  await userEvent.keyboard('{Shift>}{Enter}{/Shift}');
  expect(stepped).toHaveBeenLastCalledWith(-1, 'ab');
});

it('is asked for a pattern before it is typed', async () => {
  const { field } = show();
  await userEvent.click(pattern());
  expect(document.activeElement).toBe(field);
  await userEvent.keyboard('get|set');
  expect(field.value).toBe('/get|set/');
  expect(pattern().getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(pattern());
  await userEvent.keyboard('s');
  expect(field.value).toBe('get|sets');
});

it('keeps the letter that is typed in the middle in its place', async () => {
  const { field, changed } = show('ad');
  await userEvent.type(field, 'bc', { initialSelectionStart: 1, initialSelectionEnd: 1 });
  await waitFor(() => expect(changed).toHaveBeenLastCalledWith('abcd'));
  expect(field.value).toBe('abcd');
  expect(field.selectionStart).toBe(3);
});

it('follows a query that comes from elsewhere', () => {
  const { field, set } = show('one');
  set('"two"');
  expect(field.value).toBe('"two"');
});

it('loses no letters when it is left', async () => {
  const { field, changed } = show();
  await userEvent.type(field, 'x');
  await userEvent.tab();
  expect(changed).toHaveBeenLastCalledWith('x');
});

it('is cleared by Escape and by its button, which gives the keyboard back', async () => {
  const { field } = show('one');
  await userEvent.type(field, '{Escape}');
  expect(field.value).toBe('');
  await userEvent.type(field, 'two');
  await userEvent.click(screen.getByRole('button', { name: 'Clear the search' }));
  expect(field.value).toBe('');
  expect(document.activeElement).toBe(field);
});
